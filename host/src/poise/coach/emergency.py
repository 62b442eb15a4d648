"""Emergency numbers by country, for medical help: the ambulance's where it has one of its own. Static, pure.

112 in the European Union is the law (Directive (EU) 2018/1972, Article 109). The other numbers are those of each
country's numbering plan; a test compares all with the emergency numbers in the metadata of Google's libphonenumber. A
country of which we are not sure is left out: the page then says so. Poise only shows the
number: whether to call is never its decision.
"""

from ..language import N_

_EUROPEAN_UNION = (
    *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT"),
    *("LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
)
_NORTH_AMERICA = ("US", "CA", "PR", "VI", "GU", "AS", "MP", "BM", "KY", "BS")  # one numbering plan
NUMBERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_EUROPEAN_UNION, ("112",)),
    **dict.fromkeys(_NORTH_AMERICA, ("911",)),
    **dict.fromkeys(("GB", "GG", "JE"), ("999", "112")),
    "IM": ("999",),
    # the rest of Europe
    "AD": ("112",),
    "AL": ("112",),
    "BA": ("124",),
    "CH": ("144", "112"),
    "GE": ("112",),
    "GI": ("112",),
    "IS": ("112",),
    "LI": ("144", "112"),
    "MD": ("112",),
    "ME": ("112",),
    "MK": ("112",),
    "NO": ("113",),
    "RS": ("112",),
    "RU": ("103", "112"),
    "TR": ("112",),
    "UA": ("103", "112"),
    # Asia and Oceania
    "AE": ("998",),
    "AU": ("000",),
    "BD": ("999",),
    "CN": ("120",),
    "HK": ("999",),
    "IL": ("101",),
    "IN": ("112",),
    "JO": ("911",),
    "JP": ("119",),
    "KR": ("119",),
    "KW": ("112",),
    "MO": ("999",),
    "MY": ("999",),
    "NP": ("102",),
    "NZ": ("111",),
    "PH": ("911",),
    "PK": ("1122",),
    "QA": ("999",),
    "SA": ("997",),
    "SG": ("995",),
    "TH": ("1669",),
    "TW": ("119",),
    "VN": ("115",),
    # Latin America
    "AR": ("107", "911"),
    "BR": ("192",),
    "CL": ("131",),
    "CO": ("123",),
    "CR": ("911",),
    "DO": ("911",),
    "EC": ("911",),
    "MX": ("911",),
    "PA": ("911",),
    "UY": ("911",),
    # Africa
    "DZ": ("14",),
    "EG": ("123",),
    "KE": ("999", "112"),
    "TN": ("190",),
    "ZA": ("10177", "112"),
}
# Every mobile phone takes these two for emergency calls (3GPP TS 22.101, section 10.1).
MOBILE = ("112", "911")
SOURCES = N_(
    "European Union: Directive (EU) 2018/1972, Article 109. Other countries: their numbering plans, as in Google's "
    "libphonenumber 9.0.43. Mobile phones: 3GPP TS 22.101, section 10.1."
)
