"""The gate that asks whether anything looked ahead: the code, or whoever chose."""

import pytest

from tradewright.validation.evidence import AuditRecord, Evidence
from tradewright.validation.gates import leak_audit
from tradewright.validation.verdict import Status


def gate_of(audit, **more):
    return leak_audit(Evidence(audit=audit, **more))


@pytest.mark.parametrize(
    ("code", "level", "status", "reason_code"),
    [
        ("NO_DEPENDENCE_OBSERVED", "C2", Status.PASS, "causal"),
        ("CAUSAL_BY_CONSTRUCTION", "C4", Status.PASS, "causal"),
        ("NO_DEPENDENCE_OBSERVED", "C1", Status.NOT_EVALUATED, "sampled_only"),
        ("NOT_ASSESSED", "C2", Status.NOT_EVALUATED, "not_assessed"),
        ("DEPENDS_ON_FUTURE", "C1", Status.FAIL, "depends_on_future"),
        ("DEPENDS_ON_FUTURE", "C2", Status.FAIL, "depends_on_future"),
        ("SOMETHING_NEW", "C2", Status.NOT_EVALUATED, "not_assessed"),
    ],
)
def test_look_ahead_passes_only_at_level_c2_or_better_in_every_channel(code, level, status, reason_code):
    gate = gate_of(AuditRecord(code, level, "words of the audit", 3))
    assert (gate.status, gate.reason_code) == (status, reason_code)


def test_a_choice_made_after_results_is_look_ahead_however_clean_the_code():
    clean = AuditRecord("CAUSAL_BY_CONSTRUCTION", "C4", "", 3)
    gate = gate_of(clean, after_results="the costs were chosen after 2 tries")
    assert (gate.status, gate.reason_code) == (Status.FAIL, "chosen_after_results")
    assert gate.reason == "the costs were chosen after 2 tries"


def test_an_audit_of_no_channel_is_no_audit():
    gate = gate_of(AuditRecord("NO_DEPENDENCE_OBSERVED", "C2", "", 0))
    assert gate.status is Status.NOT_EVALUATED and gate.reason_code == "not_run"
