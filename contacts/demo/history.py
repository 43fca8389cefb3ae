"""The demo's contact history."""
from crm.demo.house import House
def load(house: House) -> None:
    return None
