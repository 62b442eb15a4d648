"""Codes of the health record. Those of LOINC, SNOMED CT and UCUM are the ones that a source was seen for; all else has
a code of Poise's own, whose meaning travels in the same bundle (docs/therapists/exchange.md has the sources).
"""

from typing import Any

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
OWN = "urn:x-poise:codes"
PSEUDONYM = "urn:x-poise:pseudonym"
CLIP = "urn:x-poise:clip"
DIARY = "urn:x-poise:questionnaire:diary"

PAIN = (LOINC, "72514-3")  # severity, 0 to 10
EXERCISE = (LOINC, "73985-4")  # activity
EXERCISE_DURATION = (LOINC, "55411-3")
EXERCISE_THERAPY = (SNOMED, "229065009")  # the order
# Measure of the store -> its code.
SCORES = {"ndi": (LOINC, "82237-9")}
# Code -> meaning.
OWN_CODES = {
    "segment-tilt": "Tilt of the body segment that wears the clip, from its own start position, over one day",
    "worn": "Time worn, minutes",
    "valid": "Time worn, calibrated and measured, minutes: what the angles are of",
    "p10": "10th percentile of the tilt, degrees",
    "p50": "Median of the tilt, degrees",
    "p90": "90th percentile of the tilt, degrees",
    "repetitions": "Repetitions done",
    "repetitions-prescribed": "Repetitions prescribed",
    "hold": "Mean hold of each repetition, seconds",
    "source": "Who judged the session: sensed, partly, self_reported",
    "outcome": "How the session ended: done, partly, stopped_pain, stopped_flag",
    "stop": "A stop of the programme until a therapist ends it",
    "score": "Score of an outcome measure, named in the text",
    "simple": "Simple pain reliever",
    "combination": "Combined pain reliever",
    "triptan": "Triptan",
    "ergot": "Ergotamine",
    "opioid": "Opioid",
}


def concept(code: tuple[str, str], text: str) -> dict[str, Any]:
    """Return a CodeableConcept with one coding."""
    system, value = code
    return {"coding": [{"system": system, "code": value}], "text": text}


def own(code: str, text: str = "") -> dict[str, Any]:
    """Return a CodeableConcept with one of Poise's own codes."""
    return concept((OWN, code), text or OWN_CODES[code])


def quantity(value: float, unit: str) -> dict[str, Any]:
    """Return a Quantity in a unit of UCUM."""
    return {"value": value, "unit": unit.strip("{}"), "system": UCUM, "code": unit}
