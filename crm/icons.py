"""The icons of the product: names as in Bootstrap Icons (MIT), drawn from one sprite of our own."""

SPRITE = "icons.svg"

LIST = """
activity alarm archive arrow-clockwise arrow-counterclockwise arrow-down arrow-down-up arrow-left arrow-repeat
arrow-right arrow-up arrow-up-right arrows-expand-vertical at award bag bag-check bank bar-chart-line bell bell-slash
book bookmark box
box-arrow-right box-arrow-up-right box-seam briefcase broadcast building buildings bullseye calendar-check
calendar-event calendar3 camera card-checklist card-list cart cash-coin chat chat-dots chat-left-text check
check-circle check-lg check2 check2-square chevron-down chevron-left chevron-right chevron-up circle circle-half
clipboard clipboard-check clipboard-data clock clock-history cloud-upload columns-gap compass cpu credit-card
cursor dash dash-circle database database-add diagram-3 diamond display door-open download emoji-smile envelope
envelope-check envelope-open exclamation-circle exclamation-triangle eye eye-slash file-earmark
file-earmark-arrow-down file-earmark-arrow-up file-earmark-excel file-earmark-spreadsheet file-earmark-text
files
filter flag folder funnel gear gem geo-alt gift globe graph-down graph-up graph-up-arrow grid grid-3x3 grip-vertical
grid-3x3-gap hand-index hand-thumbs-down hand-thumbs-up hash headset heart heart-pulse hourglass-split house house-door
image inbox inboxes info-circle instagram journal-check journal-text kanban key keyboard layers
layout-three-columns life-preserver lightbulb lightning link-45deg list list-check list-task list-ul lock
mailbox map megaphone moon moon-stars mortarboard node-plus palette paperclip patch-check pause-circle pencil
pencil-square people percent person person-add person-badge person-check person-circle person-dash person-gear
person-lines-fill person-plus person-x phone pie-chart pin-angle play-circle plug plus plus-circle plus-lg
printer puzzle qr-code question-circle receipt receipt-cutoff reply rocket-takeoff save search send share
shield-check shield-exclamation shield-lock shop shuffle signpost-split skip-forward slash-circle sliders sort-down
sort-up speedometer speedometer2 square star star-fill star-half stars stopwatch sun table tag tags telephone
telephone-inbound telephone-outbound terminal three-dots three-dots-vertical ticket ticket-detailed toggles trash
trophy truck ui-checks upc upload wallet2 window wrench x x-circle x-lg zoom-in
"""
NAMES: tuple[str, ...] = tuple(LIST.split())
