from engines.backends.trt_progress import STEPS, Phases


def test_nested_phases_are_one_number_that_only_rises() -> None:
    phases, told = Phases(), []
    phases.start("build", None, 2)
    for outer in range(2):
        phases.start("inner", "build", 4)
        for step in range(4):
            phases.step("inner", step)
            told.append(phases.done)
        phases.finish("inner")
        phases.step("build", outer)
        told.append(phases.done)
    phases.finish("build")
    told.append(phases.done)
    assert told == sorted(told)
    assert told[:4] == [125, 250, 375, 500]
    assert told[-1] == STEPS


def test_phase_nobody_started_changes_nothing() -> None:
    phases = Phases()
    phases.start("build", None, 10)
    phases.step("unknown", 3)
    assert phases.done == 0
