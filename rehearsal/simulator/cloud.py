"""One simulated cloud: what the providers that are attached to the real engine are asked, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.errors import RehearsalError
from rehearsal.simulator import autonames, providers
from rehearsal.simulator.checks import check_inputs
from rehearsal.simulator.context import Creation, Place, Question
from rehearsal.simulator.durations import duration
from rehearsal.simulator.faults import Faults
from rehearsal.simulator.kubernetes.access import CLUSTER
from rehearsal.simulator.kubernetes.api import KubernetesApi
from rehearsal.simulator.kubernetes.objects import PREFIX
from rehearsal.simulator.rules import TypeRules
from rehearsal.simulator.rules.registry import rules_of
from rehearsal.simulator.world import Event, Record, World
from rehearsal.wire import UNKNOWN, contains_unknown


@dataclass(frozen=True)
class Failure:
    """One input that is refused.

    Args:
        property: Path of the input; "" for the resource as a whole.
        reason: What is wrong with it.
    """

    property: str
    reason: str


@dataclass(frozen=True)
class Change:
    """What differs between what is and what shall be.

    Args:
        paths: Top-level inputs that differ.
        replaces: Those among them that cannot change in place.
        delete_before_replace: Whether the old resource must go first.
    """

    paths: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


@dataclass
class Cloud:
    """The simulated cloud as a provider sees it.

    Args:
        world: Everything that exists.
        faults: What shall fail on purpose.
        kubernetes: What answers for the Kubernetes APIs of clusters; None to answer without judging.
    """

    world: World
    faults: Faults = field(default_factory=Faults)
    kubernetes: KubernetesApi | None = None

    def check(
        self, type_: str, urn: str, old: Mapping[str, Any], inputs: Mapping[str, Any], seed: str = ""
    ) -> tuple[dict[str, Any], list[Failure]]:
        """Return the inputs with a generated name where the type wants one, and what is wrong with them.

        Args:
            type_: Type token.
            urn: URN of the resource.
            old: Checked inputs of the resource that exists; empty for a new one.
            inputs: What the program gives, possibly with unknown values.
            seed: What the Kubernetes provider makes names from.
        """
        self.world.clock.stir()
        checked = dict(inputs)
        if autonames.is_wanted(type_, checked):
            key = autonames.autoname(type_)
            # Not the engine's seed, which is another one in each run: an update shows the name that its preview showed.
            salt = Creation(urn=urn, type=type_, name="", inputs={}, place=Place(), generation=self._generation(urn))
            checked[key] = old.get(key) or autonames.made(urn.rpartition("::")[2], salt.hex(32))
        wrong = [*autonames.problems(type_, urn, {**old, **inputs}), *check_inputs(type_, checked)]
        if (kubernetes := self._kubernetes(type_)) is not None and not wrong:
            checked, wrong = kubernetes.check(type_, urn, old, checked, seed)
        return checked, [Failure(path, reason) for path, reason in wrong]

    def diff(self, type_: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
        """Return what differs between checked inputs."""
        paths = tuple(sorted(key for key in {*old, *new} if old.get(key) != new.get(key)))
        if (kubernetes := self._kubernetes(type_)) is not None:
            return Change(paths, *kubernetes.diff(type_, old, new))
        rules = rules_of(type_)
        also = rules.replaces_also(old, new)
        replaces = tuple(key for key in paths if key in also or _replaces(rules, key, old.get(key), new.get(key)))
        return Change(paths, replaces, bool(replaces) and rules.delete_before_replace)

    def create(
        self, type_: str, urn: str, inputs: Mapping[str, Any], place: Place, *, preview: bool
    ) -> tuple[str, dict[str, Any]]:
        """Return the id and the outputs of a new resource.

        Raises:
            AwsError: If AWS would refuse it.
        """
        creation = Creation(
            urn=urn,
            type=type_,
            name=urn.rpartition("::")[2],
            inputs=inputs,
            place=place,
            lookup=self._outputs,
            generation="" if preview else self._generation(urn),
        )
        if preview:
            return providers.create(creation, known=False)
        if (kubernetes := self._kubernetes(type_)) is not None:
            return self._timed("create", creation, lambda: kubernetes.create(creation))
        return self._timed("create", creation, lambda: self._create(creation))

    def _create(self, creation: Creation) -> tuple[str, dict[str, Any]]:
        rules = rules_of(creation.type)
        for rule in rules.create:
            rule(self.world, creation)
        self.world.clock.spend(duration(creation.type, creation.inputs).create)
        for rule in rules.ready:
            rule(self.world, creation)
        id_, outputs = providers.create(creation, known=True)
        record = Record(
            type=creation.type,
            id=id_,
            urn=creation.urn,
            inputs=dict(creation.inputs),
            outputs=outputs,
            region=creation.place.region,
            account=creation.place.account,
            created=self.world.clock.now(),
        )
        self.world.put(record)
        for effect in rules.settle:
            effect(self.world, record)
        settled = self.world.get(creation.type, id_)
        return id_, dict(settled.outputs if settled else outputs)

    def read(self, type_: str, id_: str, urn: str = "") -> Record | None:
        """Return what there is with an id, or None.

        Args:
            type_: Type token.
            id_: Physical id.
            urn: URN of the resource, which tells Kubernetes objects of several clusters apart; "" for any.
        """
        if (kubernetes := self._kubernetes(type_)) is not None:
            return kubernetes.read(type_, id_, urn)
        return self.world.get(type_, id_)

    def _kubernetes(self, type_: str) -> KubernetesApi | None:
        return self.kubernetes if type_.startswith(PREFIX) else None

    def _record(self, type_: str, id_: str, urn: str) -> Record | None:
        kubernetes = self._kubernetes(type_)
        return kubernetes.find(type_, id_, urn) if kubernetes else self.world.get(type_, id_)

    def update(
        self, type_: str, id_: str, urn: str, inputs: Mapping[str, Any], place: Place, *, preview: bool
    ) -> dict[str, Any]:
        """Return the outputs after a change in place.

        Raises:
            AwsError: If AWS would refuse it, or there is no such resource.
        """
        record = self._record(type_, id_, urn)
        if record is None:
            raise RehearsalError(f"{urn}: there is no {type_} with the id {id_!r}")
        creation = Creation(
            urn=urn,
            type=type_,
            name=urn.rpartition("::")[2],
            inputs=inputs,
            place=place,
            lookup=self._outputs,
            generation=self._generation_of(record),
        )
        if preview:
            merged = self._merged(record, creation, known=not contains_unknown(inputs))
            return {**merged, **dict.fromkeys(rules_of(type_).recompute(record, inputs), UNKNOWN)}
        if (kubernetes := self._kubernetes(type_)) is not None:
            return self._timed("update", creation, lambda: (id_, kubernetes.update(record, inputs, place)))[1]
        return self._timed("update", creation, lambda: self._update(record, creation))[1]

    def _update(self, record: Record, creation: Creation) -> tuple[str, dict[str, Any]]:
        for rule in rules_of(record.type).update:
            rule(self.world, record, creation.inputs)
        self.world.clock.spend(duration(record.type, creation.inputs).update)
        anew = rules_of(record.type).recompute(record, creation.inputs)
        outputs = {**self._merged(record, creation, known=True), **anew}
        current = self.world.get(record.type, record.id) or record
        self.world.update(current, inputs=dict(creation.inputs), outputs=outputs)
        return record.id, outputs

    def _merged(self, record: Record, creation: Creation, *, known: bool) -> dict[str, Any]:
        """Return outputs after a change: what was computed stays, what is given is taken, what is gone goes."""
        _id, fresh = providers.create(creation, known=True)
        gone = set(record.inputs) - set(creation.inputs)
        kept = {key: value for key, value in record.outputs.items() if key not in gone and key not in creation.inputs}
        merged = {**fresh, **kept, **{key: fresh[key] for key in creation.inputs if key in fresh}}
        if "tagsAll" in fresh:
            merged["tagsAll"] = fresh["tagsAll"]
        return merged if known else {**merged, **{k: UNKNOWN for k, v in creation.inputs.items() if v is UNKNOWN}}

    def delete(self, type_: str, id_: str, urn: str) -> None:
        """Delete a resource; one that is gone already is no error, as for the AWS provider.

        Raises:
            AwsError: If something living still refers to it, or it is protected.
        """
        record = self._record(type_, id_, urn)
        if record is None:
            return
        creation = Creation(urn=urn, type=type_, name="", inputs=record.inputs, place=Place())
        self._timed("delete", creation, lambda: self._delete(record))

    def _delete(self, record: Record) -> tuple[str, dict[str, Any]]:
        if (kubernetes := self._kubernetes(record.type)) is not None:
            kubernetes.delete(record)
            return record.id, {}
        rules = rules_of(record.type)
        for rule in rules.delete:
            rule(self.world, record)
        self.world.clock.spend(duration(record.type, record.inputs).delete)
        for effect in rules.unsettle:
            effect(self.world, record)
        self.world.remove(record.type, record.id)
        if self.kubernetes is not None and record.type == CLUSTER:
            self.kubernetes.cluster_deleted(record)
        return record.id, {}

    def invoke(self, token: str, args: Mapping[str, Any], place: Place) -> Mapping[str, Any]:
        """Return the answer to a function call."""
        return providers.answer(Question(token=token, args=args, place=place, lookup=self._outputs))

    def _timed(
        self, action: str, creation: Creation, act: Callable[[], tuple[str, dict[str, Any]]]
    ) -> tuple[str, dict[str, Any]]:
        if self.kubernetes is not None:
            self.kubernetes.awake(creation.type)
        start = self.world.clock.now()
        try:
            self.faults.strike(action, creation.type, creation.urn)
            id_, outputs = act()
        except RehearsalError as error:
            self._log("refuse", creation, "", start, f"{action}: {error}")
            raise
        self._log(action, creation, id_, start)
        return id_, outputs

    def _log(self, action: str, creation: Creation, id_: str, start: float, error: str = "") -> None:
        end = self.world.clock.now()
        self.world.log(
            Event(action=action, type=creation.type, id=id_, urn=creation.urn, start=start, end=end, error=error)
        )

    def _outputs(self, id_: str) -> Mapping[str, Any] | None:
        return next((record.outputs for record in self.world if record.id == id_), None)

    def _generation(self, urn: str) -> str:
        """Return what tells this creation from earlier ones under the same URN; "" for the first."""
        made = sum(1 for event in self.world.events if event.urn == urn and event.action == "create")
        return f"#{made}" if made else ""

    def _generation_of(self, record: Record) -> str:
        made = [event.id for event in self.world.events if event.urn == record.urn and event.action == "create"]
        position = made.index(record.id) if record.id in made else 0
        return f"#{position}" if position else ""


def _replaces(rules: TypeRules, key: str, old: Any, new: Any) -> bool:
    """Return whether a change of a top-level input replaces the resource."""
    if key in rules.replaces:
        return True
    below = {path.removeprefix(f"{key}.") for path in rules.replaces if path.startswith(f"{key}.")}
    return any(_at(old, path) != _at(new, path) for path in below)


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
