"""Outcome measures: range, measuring error and smallest meaningful change, each with its source. Pure data.

Poise keeps the score of a questionnaire alone. The items of the licensed ones (NDI, HIT-6) are nowhere in it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """An outcome measure. `error`: difference between two scores that the measure alone can make (MDC or SDC).

    `meaningful`: smallest change that patients call a change (MCID). None: no figure for these patients was found.
    `rates_change`: the score itself says how much has changed, so that two of them are not compared.
    """

    low: float
    high: float
    error: float | None = None
    error_source: str = ""
    meaningful: float | None = None
    meaningful_source: str = ""
    rates_change: bool = False


MEASURES = {
    "psfs": Measure(  # mean of the patient's own activities
        0.0, 10.0,
        error=1.1, error_source="Thoomes 2024, 10.1093/ptj/pzad113",
        meaningful=2.92, meaningful_source="PSFS 2.0, world.physio",
    ),
    "pgic": Measure(1.0, 7.0, rates_change=True),
    "halt": Measure(0.0, 450.0),  # days in 90, five items
    "ndi": Measure(
        0.0, 50.0,
        error=5.9, error_source="Young 2019, Cephalalgia 39:44",
        meaningful=5.5, meaningful_source="Young 2019, Cephalalgia 39:44",
    ),
    "hit6": Measure(
        36.0, 78.0,
        meaningful=8.0, meaningful_source="Castien 2012, Cephalalgia 32:710",
    ),
}  # fmt: skip
