"""A certificate as plain values and back, so that it can be kept, shown and sent.

The file is the record: everything the terminal and the dossier say of an audit is read out of it.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tradewright.causality.certificate import Certificate, ChannelVerdict, Coverage, Dependence, Triangle
from tradewright.causality.verdict import (
    AuditLevel,
    CausalByConstruction,
    DependsOnFuture,
    NoDependenceObserved,
    NotAssessed,
    Stage,
    Suspect,
    Verdict,
)

FORMAT = 1


def plain(certificate: Certificate) -> dict[str, Any]:
    """A certificate as values that JSON knows, the deciding verdict first."""
    told = asdict(certificate)
    coverage = certificate.coverage
    return {
        "format": FORMAT,
        "target": certificate.target,
        "verdict": plain_verdict(certificate.verdict),
        "exit_code": certificate.exit_code,
        "level": certificate.level.value,
        "stage": certificate.stage.value,
        "channels": [{"channel": one.channel, **plain_verdict(one.verdict)} for one in certificate.channels],
        "coverage": {
            **told["coverage"],
            "interventions": dict(coverage.interventions),
            "row_ratio": coverage.row_ratio,
        },
        "tolerance": certificate.tolerance,
        "seeds": list(certificate.seeds),
        "code_sha256": certificate.code_hash,
        "data_sha256": certificate.data_hash,
        "not_assessed": list(certificate.not_assessed),
        "notes": list(certificate.notes),
        "reproducer": certificate.reproducer,
        "dependence": told["dependence"],
        "triangles": told["triangles"],
    }


def plain_verdict(verdict: Verdict) -> dict[str, Any]:
    """A verdict with its code and its words."""
    told: dict[str, Any] = {"code": verdict.code, "words": str(verdict)}
    if isinstance(verdict, DependsOnFuture):
        told |= {**asdict(verdict), "stage": verdict.stage.value}
        del told["channel"]
    elif isinstance(verdict, NoDependenceObserved):
        told |= {"level": verdict.level.value, "coverage": verdict.coverage}
    elif isinstance(verdict, CausalByConstruction):
        told["window"] = verdict.window
    else:
        told["reason"] = verdict.reason
    return told


def certificate_from(told: Mapping[str, Any]) -> Certificate:
    """The certificate behind `plain()`.

    Raises: ValueError for another format, KeyError where something is missing.
    """
    if told["format"] != FORMAT:
        raise ValueError(f"a certificate of format {told['format']}; this version reads {FORMAT}")
    coverage = {name: value for name, value in told["coverage"].items() if name != "row_ratio"}
    return Certificate(
        target=told["target"],
        channels=tuple(ChannelVerdict(one["channel"], verdict_from(one)) for one in told["channels"]),
        level=AuditLevel(told["level"]),
        coverage=Coverage(**{**coverage, "interventions": tuple(coverage["interventions"].items())}),
        tolerance=told["tolerance"],
        seeds=tuple(told["seeds"]),
        stage=Stage(told["stage"]),
        code_hash=told["code_sha256"],
        data_hash=told["data_sha256"],
        not_assessed=tuple(told["not_assessed"]),
        notes=tuple(told["notes"]),
        reproducer=told["reproducer"],
        dependence=tuple(
            Dependence(one["channel"], one["source"], tuple(one["lags"]), tuple(one["strength"]))
            for one in told["dependence"]
        ),
        triangles=tuple(
            Triangle(one["channel"], tuple(one["rows"]), tuple(map(tuple, one["strength"])))
            for one in told["triangles"]
        ),
    )


def verdict_from(told: Mapping[str, Any]) -> Verdict:
    """The verdict behind `plain_verdict()`.

    Raises: ValueError for a code that is none.
    """
    if told["code"] == DependsOnFuture.code:
        names = ("row", "channel", "horizon", "instant", "source", "intervention", "before", "after")
        place = told["place"] and Suspect(**{**told["place"], "channels": tuple(told["place"]["channels"])})
        return DependsOnFuture(
            **{name: told[name] for name in names}, stage=Stage(told["stage"]), place=place
        )
    if told["code"] == NoDependenceObserved.code:
        return NoDependenceObserved(AuditLevel(told["level"]), told["coverage"])
    if told["code"] == CausalByConstruction.code:
        return CausalByConstruction(told["window"])
    if told["code"] == NotAssessed.code:
        return NotAssessed(told["reason"])
    raise ValueError(f"no verdict has the code {told['code']!r}")
