"""The promotion ladder over a workspace: candidates, their evidence from runs, and their moves."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewright.assembly.again import as_kept, verification_of
from tradewright.assembly.workspace import Workspace
from tradewright.research.ladder import transitions
from tradewright.research.ladder.answers import Answer, Facts, answers_for
from tradewright.research.ladder.evidence import Record, Subject, from_json, record_of
from tradewright.research.ladder.gates import Gates, default_gates, gates_from
from tradewright.research.ladder.registry import Candidate, Registry
from tradewright.research.ladder.stages import Stage
from tradewright.research.ladder.standing import Move
from tradewright.values.errors import BadInput, Blocked, InvalidOption, NotFound, StorageFailure

if TYPE_CHECKING:
    from tradewright.research.plan import Plan

GATES_FILE = "gates.toml"


@dataclass(frozen=True)
class Ladder:
    """Everything the verbs of `tradewright research` do, on one workspace with one set of gates."""

    workspace: Workspace
    gates: Gates

    @property
    def registry(self) -> Registry:
        """The candidates."""
        return Registry(self.workspace.ledger, self.workspace.clock)

    def create(self, name: str, study: Path, parent: str = "") -> Candidate:
        """Put a study's file on the ladder; a relative of what it was forked from pays for its trials."""
        from tradewright.research.study import load

        return self.registry.create(name, as_kept(load(study)), parent)

    def snapshot(self, name: str) -> Candidate:
        """Freeze code, data and configuration as they are now: what is judged from here on.

        Raises: whatever is wrong with the study, the data or the strategy.
        """
        candidate = self.registry.find(name)
        plan = self._plan(candidate)
        more = {"run": _run_id(plan), "strategy_source": plan.config.get("strategy_source", "")}
        files = plan.recipe.get("feature_files", {})
        more |= {"feature_files": files} if files else {}
        return self.registry.freeze(name, _subject(plan), more)

    def record(self, name: str, run_id: str = "", verify: bool = True) -> tuple[Candidate, Sequence[Record]]:
        """Derive evidence from a study's run, the snapshot's own unless another is named, and keep it.

        Raises: Blocked where the run was edited, comes out otherwise when executed again, or is no study's.
        """
        from tradewright.research.ladder.from_run import RunFiles, evidence_of_run

        candidate = self.registry.find(name)
        if candidate.standing.subject is None:
            raise Blocked("nothing was frozen yet.", f"First: tradewright research snapshot {name}")
        files = self._run_files(candidate, run_id, verify)
        plan = self._plan_of_run(files)
        assert isinstance(files, RunFiles)
        records = evidence_of_run(plan, files, _subject(plan), self.workspace.clock())
        return self.registry.record(name, records), records

    def store(self, name: str, file: Path) -> tuple[Candidate, Record]:
        """Keep evidence from a file, as something nobody here has proven: it is shown, and passes no gate.

        Raises: BadInput for what is no record or was edited; StorageFailure where it cannot be read.
        """
        try:
            text = file.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise NotFound(
                f"there is no file {file}.", "Write one: research record NAME RUN --out FILE"
            ) from None
        except UnicodeDecodeError:
            raise BadInput(f"{file} is not a text file.", "An evidence file is JSON.") from None
        except OSError as error:
            raise StorageFailure(f"{file} cannot be read: {error.strerror}.") from error
        found = from_json(text, file.name)
        if not found.is_whole:
            raise BadInput(
                f"{file.name} was edited: its hash is not that of what it says [edited].",
                "Ask for the file as it was written.",
            )
        values = {"is_proven": False, "source": f"file:{file.name} ({found.source})", "hash": ""}
        kept = record_of(Record(**{**_shallow(found), **values}))
        return self.registry.record(name, [kept]), kept

    @staticmethod
    def write_out(records: Sequence[Record], folder: Path) -> None:
        """Write each record to a file of its own, named by its kind.

        Raises: StorageFailure where the folder cannot be written.
        """
        from tradewright.research.ladder.evidence import as_json

        try:
            folder.mkdir(parents=True, exist_ok=True)
            for record in records:
                (folder / f"{record.kind}.json").write_text(as_json(record) + "\n", encoding="utf-8")
        except OSError as error:
            raise StorageFailure(f"{folder} cannot be written: {error.strerror}.") from error

    def approve(self, name: str, by: str, to: str = "", reason: str = "") -> tuple[Candidate, Stage]:
        """Keep a person's yes to the next step, or to the stage named."""
        candidate = self.registry.find(name)
        target = self._target(candidate, to)
        return self.registry.approve(name, target, by, reason), target

    def blockers(self, name: str) -> tuple[Candidate, Stage | None, tuple[Answer, ...]]:
        """What stands between a candidate and its next stage."""
        candidate = self.registry.find(name)
        found = transitions.blockers(candidate.standing, self.gates, self.facts(candidate))
        return candidate, transitions.next_stage(candidate.standing), found

    def answers(self, candidate: Candidate, stage: Stage) -> tuple[Answer, ...]:
        """What every gate up to a stage says of a candidate."""
        return answers_for(stage, self.gates, candidate.standing.records, self.facts(candidate))

    def check(self, name: str) -> tuple[Candidate, Sequence[Move], tuple[Answer, ...]]:
        """Whether a candidate may stay where it is; where not, it is moved down at once.

        Gives the candidate, the moves made, and the gates of its stage that do not pass.
        """
        before = self.registry.find(name)
        stage = before.standing.stage
        answers = self.answers(before, stage) if stage.is_rung and stage is not Stage.IDEA else ()
        candidate, moves = self._settle(name)
        return candidate, moves, tuple(one for one in answers if not one.passes)

    def promote(self, name: str, by: Sequence[str] = (), to: str = "") -> tuple[Candidate, Sequence[Move]]:
        """Climb to the next stage, or to the stage named, one at a time; stops where something blocks.

        Whoever is named in `by` approves each step that is taken.
        Raises: Blocked with the first stage's blockers where not even one step could be taken.
        """
        candidate, moves = self._settle(name)
        made = list(moves)
        if made:
            raise Blocked(f"'{name}' was moved down instead: {made[-1].reason}.", "See: research history")
        goal = self._target(candidate, to)
        while candidate.standing.stage.height < goal.height:
            step = self._target(candidate, "")
            for person in by:
                self.registry.approve(name, step, person, "given with the promotion")
            try:
                candidate = self._one_step(name, step)
            except Blocked:
                if not made:
                    raise
                break
            made.append(_last_move(candidate))
        return candidate, made

    def demote(self, name: str, to: str, reason: str, by: str) -> Candidate:
        """Move a candidate down on a person's word."""
        from tradewright.research.ladder.stages import stage_named

        stage = stage_named(to)
        return self.registry.move(
            name, lambda candidate: [transitions.demote(candidate.standing, stage, reason, by)]
        )

    def allowed(self, name: str) -> Stage:
        """The stage whose capital and limits the gateway holds a candidate to, as its evidence stands now.

        Evidence that fails or went stale counts at once, whether or not anybody has checked since.
        """
        candidate = self.registry.find(name)
        return transitions.settled(candidate.standing, self.gates, self.facts(candidate))[0].stage

    def facts(self, candidate: Candidate) -> Facts:
        """What gates know besides evidence."""
        ledger = self.workspace.ledger
        lost, open_trials = self.workspace.lost_trials(), ledger.open_trials(candidate.hypothesis)
        code, words = ("trials_lost", lost) if lost else ("", "")
        if open_trials and not code:
            trials = "trial was" if open_trials == 1 else "trials were"
            code, words = "trials_open", f"{open_trials} {trials} started and never ended"
        return Facts(
            now=self.workspace.clock(),
            subject=candidate.standing.subject,
            running_code=_running_code(candidate),
            trials=ledger.count(candidate.hypothesis),
            ledger_code=code,
            ledger_words=words,
        )

    def _settle(self, name: str) -> tuple[Candidate, Sequence[Move]]:
        moves: list[Move] = []

        def down(candidate: Candidate) -> Sequence[Move]:
            moves.extend(transitions.settled(candidate.standing, self.gates, facts)[1])
            return moves

        facts = self.facts(self.registry.find(name))
        return self.registry.move(name, down), moves

    def _one_step(self, name: str, step: Stage) -> Candidate:
        """One promotion; the holdout is opened on the way where nothing else is lacking."""
        candidate = self.registry.find(name)
        if step is Stage.SEALED_HOLDOUT:
            barred = transitions.blockers(candidate.standing, self.gates, self.facts(candidate))
            if barred and all(one.gate.reason_code == "missing" and _of_holdout(one) for one in barred):
                self._open_holdout(candidate)
        facts = self.facts(candidate)
        return self.registry.move(name, lambda now: [transitions.promote(now.standing, self.gates, facts)])

    def _open_holdout(self, candidate: Candidate) -> None:
        """The one look at the sealed data; the attempt is on record before it begins."""
        from tradewright.research.ladder import holdout
        from tradewright.research.trials import Event, Kind

        workspace, name = self.workspace, candidate.name
        workspace.prepare_kernel()
        pins = {candidate.study.data.dataset: _subject_of(candidate).data}
        plan = holdout.whole_plan(candidate.study, workspace.shelf(pins))
        sealed = holdout.sealed_of(candidate, plan)
        seen = holdout.seen_by(candidate, sealed, workspace.ledger)
        if seen:
            raise Blocked(
                f"the holdout has been seen [holdout_seen]: {seen}.",
                "Hold out data that nobody has looked at: a fork with a later [period] end, on later data.",
            )
        alpha, opened = self.gates.stages[Stage.SEALED_HOLDOUT].alpha, dict[str, Any]()

        def first(rows: list[Event]) -> list[Event]:
            opened.update(holdout.opening(rows, candidate, sealed, alpha))
            return [holdout.opened_row(name, candidate, opened, workspace.clock())]

        workspace.ledger.decide(first)
        try:
            record = holdout.look(plan, sealed, opened, _subject_of(candidate), workspace.clock())
        except BaseException as error:
            self.registry.note(
                name, Kind.HOLDOUT_CLOSED, holdout.closed(None, f"{type(error).__name__}: {error}")
            )
            raise
        self.registry.note(name, Kind.HOLDOUT_CLOSED, holdout.closed(record))
        self.registry.record(name, [record])

    def _target(self, candidate: Candidate, to: str) -> Stage:
        """The stage that is wanted: the next one unless another is named.

        Raises: InvalidOption where it is not above.
        """
        from tradewright.research.ladder.stages import stage_named

        following = transitions.next_stage(candidate.standing)
        if following is None:
            raise InvalidOption(f"there is no stage above '{candidate.standing.stage.value}'.")
        if not to:
            return following
        wanted = stage_named(to)
        if not wanted.is_rung or wanted.height < following.height:
            raise InvalidOption(
                f"'{to}' is not above '{candidate.standing.stage.value}'.",
                f"The next is '{following.value}'.",
            )
        return wanted

    def _plan(self, candidate: Candidate, pins: Mapping[str, str] | None = None) -> "Plan":
        from tradewright.research.plan import prepare

        return prepare(candidate.study, self.workspace.shelf(pins))

    def _run_files(self, candidate: Candidate, run_id: str, verify: bool) -> Any:
        """The run's files, refused where one of them was edited or comes out otherwise."""
        from functools import partial

        from tradewright.research.ladder.from_run import RunFiles

        store = self.workspace.runs
        wanted = run_id or str(candidate.frozen.get("run", ""))
        try:
            manifest = store.complete(wanted)
        except NotFound as error:
            if run_id:
                raise
            raise Blocked(
                "the study has not been run as it was frozen.", "First: tradewright study run its file."
            ) from error
        if manifest.kind != "study":
            raise Blocked(f"run {manifest.run_id} is a {manifest.kind}, no study.", "Record a study's run.")
        edits = store.edits(manifest)
        if edits:
            raise Blocked(
                f"run {manifest.run_id} was edited [edited]: {', '.join(edits)}.", "Run its study again."
            )
        if verify:
            self._verified(manifest.run_id)
        read = partial(store.read_json, manifest.run_id)
        table = partial(store.read_table, manifest.run_id)
        return RunFiles(manifest, read("summary.json"), read("context.json"), table, verify)

    def _verified(self, run_id: str) -> None:
        """Execute a run again in a new process: a seal made anew over edited files shows here alone."""
        found = verification_of(self.workspace, run_id)
        if not found.holds:
            files = sorted({one.file for one in (*found.changes, *found.differences)})
            raise Blocked(
                f"run {run_id} comes out otherwise when it is executed again [edited]: {', '.join(files)}.",
                f"See: tradewright runs verify {run_id}",
            )

    def _plan_of_run(self, files: Any) -> "Plan":
        import msgspec

        from tradewright.research.plan import prepare
        from tradewright.research.study import StudyOptions
        from tradewright.research.study_run import pins_of

        config = self.workspace.runs.read_json(files.manifest.run_id, "config.json")
        self.workspace.prepare_kernel()
        shelf = self.workspace.shelf(pins_of(config, files.manifest.snapshot_id))
        return prepare(msgspec.convert(config["study"], StudyOptions), shelf)


def ladder_of(workspace: Workspace, gates: Path | None = None) -> Ladder:
    """The ladder with the gates of a file, else of the workspace's gates.toml, else of the package.

    Raises: NotFound, BadInput, InvalidOption, UnknownName for a file of gates that is wrong.
    """
    path = gates or workspace.root / GATES_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if gates is not None:
            raise NotFound(f"there is no file of gates {gates}.", "Give the path of a TOML file.") from None
        return Ladder(workspace, default_gates())
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} cannot be read as text: {error}.") from error
    return Ladder(workspace, gates_from(text, path.name))


def _last_move(candidate: Candidate) -> Move:
    from tradewright.research.ladder.registry import moves_of

    return moves_of(candidate)[-1]


def _of_holdout(answer: Answer) -> bool:
    return answer.gate.code.startswith("holdout")


def _subject(plan: "Plan") -> Subject:
    from tradewright.research.study_run import causes_of

    causes = causes_of(plan)
    return Subject(causes.code_version, causes.snapshot_id, causes.config_hash)


def _subject_of(candidate: Candidate) -> Subject:
    assert candidate.standing.subject is not None  # whoever passed its gates has one
    return candidate.standing.subject


def _run_id(plan: "Plan") -> str:
    from tradewright.research.study_run import causes_of

    return causes_of(plan).run_id


def _running_code(candidate: Candidate) -> str:
    """The code that would trade now: another one where the strategy's own file has changed since."""
    from tradewright.runs import strategy_source
    from tradewright.runs.feature_source import own_files
    from tradewright.runs.manifest import code_version

    frozen = candidate.frozen.get("strategy_source", ""), candidate.frozen.get("feature_files", {})
    if frozen == ("", {}):
        return code_version()
    model = candidate.study.model
    try:
        own = strategy_source.load(candidate.study.strategy.name) if frozen[0] else None
        now = (
            strategy_source.fingerprint(own) if own else "",
            own_files(model.features) if model else {},
        )
    except Exception as error:  # noqa: BLE001 - a user's file may break in any way: it is then not what was judged
        now = f"{type(error).__name__}", {}
    return code_version() if now == frozen else f"{code_version()} with other strategy source"


def _shallow(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in asdict(record)}
