"""In which time zone a contact lives: by a field of the company's own, else by the country and region of their address.

A country with several zones counts by the region of the address (name or code) where that says which, else as the zone
in which most of its people live. Without an address of their own, the one of their organization counts. Whose country
is not known has no zone here: the company's holds for them. Zones of countries: `zone.tab` of the IANA time zone
database (public domain), 2026; of regions, too, with codes of ISO 3166-2: one that a border of zones cuts counts as its
larger part. Days off of a week: the `weekData` of the Unicode CLDR.
"""

from __future__ import annotations

import json
import zoneinfo
from collections.abc import Iterable
from functools import cache

from django.db import connection

OWN_FIELD = "time_zone"
"""The key of the custom field of contacts that says a zone by itself, such as Europe/Berlin."""

ZONES = """
Europe: AD=Andorra AL=Tirane AT=Vienna AX=Mariehamn BA=Sarajevo BE=Brussels BG=Sofia BY=Minsk CH=Zurich CZ=Prague
DE=Berlin DK=Copenhagen EE=Tallinn ES=Madrid FI=Helsinki FR=Paris GB=London GG=Guernsey GI=Gibraltar GR=Athens
HR=Zagreb HU=Budapest IE=Dublin IM=Isle_of_Man IT=Rome JE=Jersey LI=Vaduz LT=Vilnius LU=Luxembourg LV=Riga MC=Monaco
MD=Chisinau ME=Podgorica MK=Skopje MT=Malta NL=Amsterdam NO=Oslo PL=Warsaw PT=Lisbon RO=Bucharest RS=Belgrade
RU=Moscow SE=Stockholm SI=Ljubljana SK=Bratislava SM=San_Marino TR=Istanbul UA=Kyiv VA=Vatican XK=Belgrade
Asia: AE=Dubai AF=Kabul AM=Yerevan AZ=Baku BD=Dhaka BH=Bahrain BN=Brunei BT=Thimphu CN=Shanghai CY=Nicosia GE=Tbilisi
HK=Hong_Kong ID=Jakarta IL=Jerusalem IN=Kolkata IQ=Baghdad IR=Tehran JO=Amman JP=Tokyo KG=Bishkek KH=Phnom_Penh
KP=Pyongyang KR=Seoul KW=Kuwait KZ=Almaty LA=Vientiane LB=Beirut LK=Colombo MM=Yangon MN=Ulaanbaatar MO=Macau
MY=Kuala_Lumpur NP=Kathmandu OM=Muscat PH=Manila PK=Karachi PS=Hebron QA=Qatar SA=Riyadh SG=Singapore SY=Damascus
TH=Bangkok TJ=Dushanbe TL=Dili TM=Ashgabat TW=Taipei UZ=Tashkent VN=Ho_Chi_Minh YE=Aden
America: AG=Antigua AI=Anguilla AR=Argentina/Buenos_Aires AW=Aruba BB=Barbados BL=St_Barthelemy BO=La_Paz
BQ=Kralendijk BR=Sao_Paulo BS=Nassau BZ=Belize CA=Toronto CL=Santiago CO=Bogota CR=Costa_Rica CU=Havana CW=Curacao
DM=Dominica DO=Santo_Domingo EC=Guayaquil GD=Grenada GF=Cayenne GL=Nuuk GP=Guadeloupe GT=Guatemala GY=Guyana
HN=Tegucigalpa HT=Port-au-Prince JM=Jamaica KN=St_Kitts KY=Cayman LC=St_Lucia MF=Marigot MQ=Martinique MS=Montserrat
MX=Mexico_City NI=Managua PA=Panama PE=Lima PM=Miquelon PR=Puerto_Rico PY=Asuncion SR=Paramaribo SV=El_Salvador
SX=Lower_Princes TC=Grand_Turk TT=Port_of_Spain US=New_York UY=Montevideo VC=St_Vincent VE=Caracas VG=Tortola
VI=St_Thomas
Africa: AO=Luanda BF=Ouagadougou BI=Bujumbura BJ=Porto-Novo BW=Gaborone CD=Lubumbashi CF=Bangui CG=Brazzaville
CI=Abidjan CM=Douala DJ=Djibouti DZ=Algiers EG=Cairo EH=El_Aaiun ER=Asmara ET=Addis_Ababa GA=Libreville GH=Accra
GM=Banjul GN=Conakry GQ=Malabo GW=Bissau KE=Nairobi LR=Monrovia LS=Maseru LY=Tripoli MA=Casablanca ML=Bamako
MR=Nouakchott MW=Blantyre MZ=Maputo NA=Windhoek NE=Niamey NG=Lagos RW=Kigali SD=Khartoum SL=Freetown SN=Dakar
SO=Mogadishu SS=Juba ST=Sao_Tome SZ=Mbabane TD=Ndjamena TG=Lome TN=Tunis TZ=Dar_es_Salaam UG=Kampala ZA=Johannesburg
ZM=Lusaka ZW=Harare
Antarctica: AQ=McMurdo
Pacific: AS=Pago_Pago CK=Rarotonga FJ=Fiji FM=Chuuk GU=Guam KI=Tarawa MH=Majuro MP=Saipan NC=Noumea NF=Norfolk
NR=Nauru NU=Niue NZ=Auckland PF=Tahiti PG=Port_Moresby PN=Pitcairn PW=Palau SB=Guadalcanal TK=Fakaofo TO=Tongatapu
TV=Funafuti UM=Wake VU=Efate WF=Wallis WS=Apia
Australia: AU=Sydney
Atlantic: BM=Bermuda CV=Cape_Verde FK=Stanley FO=Faroe GS=South_Georgia IS=Reykjavik SH=St_Helena
Indian: CC=Cocos CX=Christmas IO=Chagos KM=Comoro MG=Antananarivo MU=Mauritius MV=Maldives RE=Reunion SC=Mahe
TF=Kerguelen YT=Mayotte
Arctic: SJ=Longyearbyen
"""
# country, zone, then its regions: names and codes as `crm_fold` writes them
REGIONS = """
US America/New_York=ct,connecticut,de,delaware,dc,district of columbia,washington dc,fl,florida,ga,georgia,ky,kentucky
US America/New_York=me,maine,md,maryland,ma,massachusetts,nh,new hampshire,nj,new jersey,ny,new york,nc,north carolina
US America/New_York=oh,ohio,pa,pennsylvania,ri,rhode island,sc,south carolina,vt,vermont,va,virginia,wv,west virginia
US America/Detroit=mi,michigan
US America/Indiana/Indianapolis=in,indiana
US America/Chicago=al,alabama,ar,arkansas,il,illinois,ia,iowa,ks,kansas,la,louisiana,mn,minnesota,ms,mississippi,mo
US America/Chicago=missouri,ne,nebraska,nd,north dakota,ok,oklahoma,sd,south dakota,tn,tennessee,tx,texas,wi,wisconsin
US America/Denver=co,colorado,mt,montana,nm,new mexico,ut,utah,wy,wyoming
US America/Boise=id,idaho
US America/Phoenix=az,arizona
US America/Los_Angeles=ca,california,nv,nevada,or,oregon,wa,washington
US America/Anchorage=ak,alaska
US Pacific/Honolulu=hi,hawaii
US America/Puerto_Rico=pr,puerto rico,vi,virgin islands
US Pacific/Guam=gu,guam
CA America/St_Johns=nl,newfoundland,newfoundland and labrador
CA America/Halifax=ns,nova scotia,pe,pei,prince edward island
CA America/Moncton=nb,new brunswick
CA America/Toronto=on,ontario,qc,quebec
CA America/Iqaluit=nu,nunavut
CA America/Winnipeg=mb,manitoba
CA America/Regina=sk,saskatchewan
CA America/Edmonton=ab,alberta,nt,northwest territories
CA America/Vancouver=bc,british columbia
CA America/Whitehorse=yt,yukon
AU Australia/Sydney=nsw,new south wales,act,australian capital territory
AU Australia/Melbourne=vic,victoria
AU Australia/Brisbane=qld,queensland
AU Australia/Adelaide=sa,south australia
AU Australia/Darwin=nt,northern territory
AU Australia/Perth=wa,western australia
AU Australia/Hobart=tas,tasmania
BR America/Manaus=am,amazonas
BR America/Boa_Vista=rr,roraima
BR America/Porto_Velho=ro,rondonia
BR America/Cuiaba=mt,mato grosso
BR America/Campo_Grande=ms,mato grosso do sul
BR America/Rio_Branco=ac,acre
BR America/Noronha=fernando de noronha
BR America/Belem=pa,para,ap,amapa
BR America/Araguaina=to,tocantins
BR America/Fortaleza=ce,ceara,ma,maranhao,pb,paraiba,pi,piaui,rn,rio grande do norte
BR America/Recife=pe,pernambuco
BR America/Maceio=al,alagoas,se,sergipe
BR America/Bahia=ba,bahia
MX America/Cancun=roo,quintana roo
MX America/Hermosillo=son,sonora
MX America/Tijuana=bcn,baja california
MX America/Mazatlan=bcs,baja california sur,sin,sinaloa,nay,nayarit
MX America/Chihuahua=chh,chihuahua
CL America/Punta_Arenas=ma,magallanes
CL America/Coyhaique=ai,aysen
CL Pacific/Easter=isla de pascua,easter island
EC Pacific/Galapagos=w,galapagos
ES Atlantic/Canary=cn,canarias,islas canarias,canary islands,las palmas,santa cruz de tenerife,gc,tf
ES Africa/Ceuta=ce,ceuta,ml,melilla
PT Atlantic/Azores=20,azores,acores,regiao autonoma dos acores
PT Atlantic/Madeira=30,madeira,regiao autonoma da madeira
RU Europe/Kaliningrad=kgd,kaliningrad,kaliningrad oblast
RU Europe/Samara=sam,samara,samara oblast,ud,udmurtia
RU Europe/Saratov=sar,saratov,saratov oblast
RU Europe/Astrakhan=ast,astrakhan,astrakhan oblast
RU Europe/Ulyanovsk=uly,ulyanovsk,ulyanovsk oblast
RU Asia/Yekaterinburg=sve,sverdlovsk,sverdlovsk oblast,che,chelyabinsk,chelyabinsk oblast,per,perm,perm krai,ba
RU Asia/Yekaterinburg=bashkortostan,tyu,tyumen,tyumen oblast,ore,orenburg,orenburg oblast,kgn,kurgan,khm,yan
RU Asia/Omsk=oms,omsk,omsk oblast
RU Asia/Novosibirsk=nvs,novosibirsk,novosibirsk oblast
RU Asia/Barnaul=alt,altai krai,al,altai
RU Asia/Tomsk=tom,tomsk,tomsk oblast
RU Asia/Novokuznetsk=kem,kemerovo,kemerovo oblast
RU Asia/Krasnoyarsk=kya,krasnoyarsk,krasnoyarsk krai,kk,khakassia,ty,tuva
RU Asia/Irkutsk=irk,irkutsk,irkutsk oblast,bu,buryatia
RU Asia/Chita=zab,zabaykalsky krai
RU Asia/Yakutsk=sa,sakha,yakutia,amu,amur,amur oblast
RU Asia/Vladivostok=pri,primorsky krai,primorye,kha,khabarovsk,khabarovsk krai,yev
RU Asia/Magadan=mag,magadan,magadan oblast
RU Asia/Sakhalin=sak,sakhalin,sakhalin oblast
RU Asia/Kamchatka=kam,kamchatka,kamchatka krai
RU Asia/Anadyr=chu,chukotka
ID Asia/Pontianak=kb,west kalimantan,kalimantan barat,kt,central kalimantan,kalimantan tengah
ID Asia/Makassar=ba,bali,nb,nusa tenggara barat,west nusa tenggara,nt,nusa tenggara timur,east nusa tenggara
ID Asia/Makassar=ki,east kalimantan,kalimantan timur,ks,south kalimantan,kalimantan selatan,ku,north kalimantan
ID Asia/Makassar=sn,south sulawesi,sulawesi selatan,sa,north sulawesi,sulawesi utara,st,central sulawesi,sulawesi tengah
ID Asia/Makassar=sg,southeast sulawesi,sulawesi tenggara,go,gorontalo,sr,west sulawesi,sulawesi barat
ID Asia/Jayapura=pa,papua,pb,west papua,papua barat,ma,maluku,mu,maluku utara,north maluku
CD Africa/Kinshasa=kn,kinshasa,bc,kongo central,kwango,kwilu,mai-ndombe,equateur,mongala,tshuapa
MN Asia/Hovd=hovd,uvs,bayan-olgii
NZ Pacific/Chatham=cit,chatham islands
MY Asia/Kuching=sabah,sarawak
"""
SATURDAY_AND_SUNDAY = frozenset({5, 6})
WEEKENDS = {
    frozenset({4, 5}): "BH DZ EG IL IQ JO KW LY OM QA SA SD SY YE",
    frozenset({3, 4}): "AF",
    frozenset({4}): "IR",
    frozenset({6}): "IN UG",
}
"""Days off (Monday 0) where they are not Saturday and Sunday."""

# objects of JSON instead of tables: where the planner expects few people, it would hold each against every row
JOINS = """
LEFT JOIN contacts_contact zc ON zc.id = p.id
LEFT JOIN contacts_address za ON za.contact_id = p.id AND za.is_primary AND za.country <> ''
LEFT JOIN contacts_address zo
  ON zo.contact_id = zc.organization_id AND zo.is_primary AND zo.country <> '' AND za.id IS NULL
CROSS JOIN (SELECT %s::jsonb AS zones, %s::jsonb AS regions, %s::jsonb AS countries) z
"""
"""Joins to people `p (id)` what `ZONE` reads; its values: `zone_values`."""

ZONE = f"""coalesce(
  z.zones ->> (zc.custom ->> '{OWN_FIELD}'),
  CASE WHEN z.regions ? coalesce(za.country, zo.country) THEN z.regions -> coalesce(za.country, zo.country)
    ->> regexp_replace(crm_fold(trim(coalesce(za.region, zo.region))), '^[a-z][a-z]-', '') END,
  z.countries ->> coalesce(za.country, zo.country),
  '')"""
"""The name of a person's zone; empty where it is not known."""


@cache
def zone_values() -> list[str]:
    """What `JOINS` is held against, as JSON: the names of zones, zones of regions by country, zones of countries."""
    regions: dict[str, dict[str, str]] = {}
    for (country, region), zone in region_zones().items():
        regions.setdefault(country, {})[region] = zone
    names = {name: name for name in zoneinfo.available_timezones()}
    return [json.dumps(one) for one in (names, regions, country_zones())]


def zones_of(contacts: Iterable[int]) -> dict[int, str]:
    """The time zones of these contacts (ids); empty where it is not known. One query."""
    sql = f"SELECT p.id, {ZONE} FROM unnest(%s::bigint[]) AS p (id) {JOINS}"  # noqa: S608 - of constants
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(contacts), *zone_values()])
        return dict(cursor.fetchall())


@cache
def country_zones() -> dict[str, str]:
    """The zone in which most people of a country (ISO 3166, two letters) live."""
    found: dict[str, str] = {}
    area = ""
    for word in ZONES.split():
        if word.endswith(":"):
            area = word[:-1]
        else:
            country, place = word.split("=")
            found[country] = f"{area}/{place}"
    return found


@cache
def region_zones() -> dict[tuple[str, str], str]:
    """Zones of the regions of countries that have several: (country, region) as `crm_fold` writes it."""
    found: dict[tuple[str, str], str] = {}
    for line in REGIONS.strip().splitlines():
        place, regions = line.split("=")
        country, zone = place.split(" ")
        found |= {(country, region): zone for region in regions.split(",")}
    return found


@cache
def weekend_of(zone: str) -> frozenset[int]:
    """The days off in a zone, Monday 0: those of the country whose zone it is."""
    for days, countries in WEEKENDS.items():
        if zone in {country_zones()[country] for country in countries.split()}:
            return days
    return SATURDAY_AND_SUNDAY
