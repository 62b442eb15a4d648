"""A patient's data as a FHIR R4B bundle: plan, sessions, exposure by day, diary, medicine, scores, stops.

The library checks types, dates and names; it takes any code, so the codes here are constants (`codes`), and a test
holds each to its value set. What is not known is left out. Nothing is a diagnosis: a stop is a Flag, no Condition.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from ..coach.plan.exercise import Exercise
from ..coach.plan.plan import Plan
from . import codes
from .codes import concept, own, quantity
from .collect import Exported, Row, both
from .needs import library

_METHOD = "IMU tilt, single sensor"
_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Resource = dict[str, Any]


def bundle(exported: Exported, plan: Plan | None) -> bytes:
    """Return the bundle as JSON. `plan`: the one in force. Raises PoiseError MISSING_EXTRA without fhir.resources."""
    kind = library("fhir.resources.R4B.bundle", "clinical").Bundle
    made = _Bundle(exported)
    made.fill(plan)
    whole = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": _time(both(exported.made_utc_ms, exported.zone)[0]),
        "entry": made.entries,
    }
    return kind.model_validate(whole).model_dump_json(indent=1).encode()


class _Bundle:
    """The entries so far. A resource's id is made from what it is of, so that the same data give the same ids."""

    def __init__(self, exported: Exported) -> None:
        self._of = exported
        self.entries: list[dict[str, Any]] = []
        self._patient = {"reference": self._url("Patient", "0")}

    def fill(self, plan: Plan | None) -> None:
        """Add every resource."""
        self._add("CodeSystem", "0", _code_system())
        names = [{"system": codes.PSEUDONYM, "value": self._of.patient}] if self._of.patient else []
        self._add("Patient", "0", {"identifier": names} if names else {"active": True})
        rows = self._of.rows
        for clip_id in sorted({row["clip_id"] for row in rows["exposure_days"]}):
            device = {"identifier": [{"system": codes.CLIP, "value": clip_id}], "status": "active"}
            self._add("Device", clip_id, {**device, "patient": self._patient})
        versions = list(rows["plans"])
        if plan is not None and versions:
            self._add_plan(plan, versions[-1])
        for place, row in enumerate(rows["sessions"]):
            self._add("Observation", f"session {place}", self._session(row))
        for row in rows["exposure_days"]:
            self._add("Observation", f"tilt {row['clip_id']} {row['day']}", self._exposure(row))
        for row in rows["diary"]:
            self._add_diary(row)
        for place, row in enumerate(rows["scores"]):
            self._add("Observation", f"score {place}", self._score(row))
        for place, row in enumerate(rows["stops"]):
            self._add("Flag", f"stop {place}", self._stop(row))

    def _url(self, kind: str, key: str) -> str:
        name = f"{codes.OWN}/{self._of.patient}/{kind}/{key}"
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"

    def _add(self, kind: str, key: str, fields: Resource) -> str:
        url = self._url(kind, key)
        number = url.removeprefix("urn:uuid:")
        resource = {"resourceType": kind, "id": number, **fields}
        self.entries.append({"fullUrl": url, "resource": resource})
        return url

    def _add_plan(self, plan: Plan, version: Row) -> None:
        activities = []
        for exercise in plan.current:
            request = {
                "status": "active",
                "intent": "order",
                "code": concept(codes.EXERCISE_THERAPY, exercise.name),
                "subject": self._patient,
                "occurrenceTiming": _timing(exercise),
                "patientInstruction": _dose(exercise),
            }
            url = self._add("ServiceRequest", f"{plan.mark} {exercise.id}", request)
            activities.append({"reference": {"reference": url}})
        care = {
            "identifier": [{"system": codes.OWN, "value": f"plan {plan.mark}"}],
            "status": "active",
            "intent": "plan",
            "subject": self._patient,
            "created": _time(version["set_local"]),
            "author": {"display": version["who"]},
            "activity": activities,
        }
        self._add("CarePlan", plan.mark, care)

    def _observation(self, code: Resource, **fields: Any) -> Resource:
        return {"status": "final", "code": code, "subject": self._patient, **fields}

    def _session(self, row: Row) -> Resource:
        minutes = (row["ended_utc"] - row["started_utc"]).total_seconds() / 60
        parts = [
            _part(concept(codes.EXERCISE_DURATION, "Duration"), quantity(round(minutes, 2), "min")),
            _part(own("repetitions"), quantity(row["reps_done"], "1")),
            _part(own("repetitions-prescribed"), quantity(row["reps_prescribed"], "1")),
            _part(own("hold"), quantity(row["hold_done_s"], "s")),
            {"code": own("source"), "valueString": row["source"]},
            {"code": own("outcome"), "valueString": row["outcome"]},
        ]
        period = {"start": _time(row["started_local"]), "end": _time(row["ended_local"])}
        return self._observation(
            concept(codes.EXERCISE, row["exercise_id"]), effectivePeriod=period, component=parts
        )

    def _exposure(self, row: Row) -> Resource:
        found = [("worn", "worn_min", "min"), ("valid", "valid_min", "min")]
        found += [(name, f"{name}_deg", "deg") for name in ("p10", "p50", "p90")]
        return self._observation(
            own("segment-tilt"),
            effectiveDateTime=row["day"].isoformat(),
            bodySite={"text": row["site"]},
            method={"text": _METHOD},
            device={"reference": self._url("Device", row["clip_id"])},
            component=[
                _part(own(code), quantity(round(row[name], 2), unit))
                for code, name, unit in found
                if row[name] is not None
            ],
        )

    def _add_diary(self, row: Row) -> None:
        day = row["day"].isoformat()
        answers = {
            "headache": ("valueBoolean", row["headache"]),
            "headache_nrs": ("valueInteger", row["headache_nrs"]),
            "neck_nrs": ("valueInteger", row["neck_nrs"]),
            "medication": ("valueString", row["medication"] or None),
            "note": ("valueString", row["note"] or None),
        }
        items = [
            {"linkId": name, "answer": [{kind: value}]}
            for name, (kind, value) in answers.items()
            if value is not None
        ]
        response = {
            "questionnaire": codes.DIARY,
            "status": "completed",
            "subject": self._patient,
            "authored": _time(row["entered_local"]),
            "item": [{"linkId": "day", "answer": [{"valueDate": day}]}, *items],
        }
        self._add("QuestionnaireResponse", day, response)
        for name, site in (("headache_nrs", "head"), ("neck_nrs", "neck")):
            if row[name] is not None:
                pain = self._observation(
                    concept(codes.PAIN, "Pain, 0 to 10"),
                    effectiveDateTime=day,
                    bodySite={"text": site},
                    valueQuantity=quantity(row[name], "{score}"),
                )
                self._add("Observation", f"{name} {day}", pain)
        for name in row["medication"].split():
            known = own(name) if name in codes.OWN_CODES else {"text": name}
            taken = {"status": "completed", "medicationCodeableConcept": known}
            taken |= {"subject": self._patient, "effectiveDateTime": day}
            self._add("MedicationStatement", f"{name} {day}", taken)

    def _score(self, row: Row) -> Resource:
        measure = row["measure"]
        code = (
            concept(codes.SCORES[measure], measure)
            if measure in codes.SCORES
            else own("score", measure)
        )
        day = row["day"].isoformat()
        value = quantity(row["score"], "{score}")
        return self._observation(code, effectiveDateTime=day, valueQuantity=value)

    def _stop(self, row: Row) -> Resource:
        period = {"start": _time(row["raised_local"])}
        if row["cleared_local"]:
            period["end"] = _time(row["cleared_local"])
        text = ": ".join(word for word in (row["reason"], row["detail"]) if word)
        return {
            "status": "inactive" if row["cleared_local"] else "active",
            "code": own("stop", text),
            "subject": self._patient,
            "period": period,
        }


def _part(code: Resource, value: Resource) -> Resource:
    return {"code": code, "valueQuantity": value}


def _code_system() -> Resource:
    return {
        "url": codes.OWN,
        "name": "PoiseCodes",
        "status": "active",
        "content": "complete",
        "concept": [
            {"code": code, "display": meaning} for code, meaning in codes.OWN_CODES.items()
        ],
    }


def _timing(exercise: Exercise) -> Resource:
    repeat: dict[str, Any] = {
        "frequency": len(exercise.anchors) or 1,
        "period": exercise.every_days or 1,
        "periodUnit": "d",
    }
    if exercise.anchors:
        repeat["timeOfDay"] = [anchor.time.isoformat() for anchor in exercise.anchors]
    if not exercise.every_days:
        repeat["dayOfWeek"] = [_DAY_NAMES[day] for day in sorted(exercise.days)]
    bounds = dict(_bounds(exercise))
    if bounds:
        repeat["boundsPeriod"] = bounds
    return {"repeat": repeat}


def _bounds(exercise: Exercise) -> Iterator[tuple[str, str]]:
    if exercise.starts:
        yield "start", exercise.starts.isoformat()
    if exercise.ends:
        yield "end", exercise.ends.isoformat()


def _dose(exercise: Exercise) -> str:
    hold = f", hold {exercise.hold_s} s" if exercise.hold_s else ""
    return f"{exercise.sets} x {exercise.reps} repetitions{hold}"


def _time(moment: dt.datetime | None) -> str:
    assert moment is not None, "only known moments get here"
    return moment.isoformat(timespec="milliseconds")
