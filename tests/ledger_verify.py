#!/usr/bin/env python3
"""Checks a ledger from docs/ledger.md alone: names, canonical form, parents, signatures, and the chain of decisions.

    ledger_verify.py PROJECT [ALLOWED_SIGNERS]

Uses the standard library and ssh-keygen, and nothing of tollgate. Prints one JSON object; exits 1 if something is broken.
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:tollgate:record:1"
WORST = ["fail", "inconclusive", "cancelled", "waived", "pass", "not-applicable"]
SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def text(value):
    out = []
    for char in value:
        code = ord(char)
        out.append(SHORT.get(code) or (f"\\u{code:04x}" if code < 32 else char))
    return '"' + "".join(out) + '"'


def canonical(value):
    """RFC 8785, for what records hold: no numbers but whole ones."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{text(key)}:{canonical(value[key])}" for key in keys) + "}"
    raise ValueError(f"no value of a record: {value!r}")


def read(path):
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != path.name[:64]:
        raise ValueError(f"named {path.name[:12]}, digest {found[:12]}")
    statement = json.loads(data)
    if canonical(statement).encode() != data:
        raise ValueError("not canonical")
    if statement["_type"] != STATEMENT or statement["predicateType"] != PREDICATE:
        raise ValueError("no record")
    (subject,) = statement["subject"]
    return statement["predicate"], subject["digest"]["gitTree"]


def number(value):
    """Value in the unit of its bound, as an exact fraction."""
    from fractions import Fraction

    if "whole" in value:
        whole = int(value["whole"])
        return Fraction(100 * int(value["part"]), whole) if whole else None
    return Fraction(str(next(iter(value.values()))))


def holds(asked):
    """Whether a plain bound in counts, shares or numbers is kept; None where this script does not know."""
    from fractions import Fraction

    if any(key in asked for key in ("fail", "tolerance", "drop", "baseline", "spread")) or "value" not in asked:
        return None
    value, results = number(asked["value"]), []
    if value is None:
        return None
    for part in asked["is"].split(","):
        match = re.fullmatch(r"\s*(>=|<=|!=|==|>|<|=)?\s*(-?\d+(?:\.\d+)?)%?\s*", part)
        if not match:
            return None
        bound = Fraction(match[2])
        results.append({
            ">=": value >= bound, "<=": value <= bound, ">": value > bound, "<": value < bound, "!=": value != bound,
        }.get(match[1] or "=", value == bound))
    return all(results)


def tests(name, gate):
    """Names of tests: each once, sorted, as many as recorded; of a gate whose tests all fail only failed ones."""
    kept = gate["tests"]
    if "digest" in kept:
        if "names" in kept or not re.fullmatch("[0-9a-f]{64}", kept["digest"]):
            yield f"gate {name}: names and a list beside the record"
        return
    lists = kept.get("names", {})
    names = [one for each in lists.values() for one in each]
    if any(each != sorted(each, key=str.encode) for each in lists.values()) or len(set(names)) != len(names):
        yield f"gate {name}: names of tests are not sorted, or one is there twice"
    if len(names) != kept["count"]:
        yield f"gate {name}: {kept['count']} tests recorded, {len(names)} named"
    red = any(one["fact"].endswith(".tests.outcome") and one["verdict"] == "pass" for one in gate["conditions"])
    if red and set(lists) - {"failed"}:
        yield f"gate {name}: not every test failed"


def answers(done):
    """Every phase asks for its tree, and a completion holds each gate that was asked for."""
    by_rule = {one["rule"]: one for one in done["criteria"]}
    if "tree" not in by_rule:
        yield "it does not say whether `tree` held"
    for rule, one in by_rule.items():
        if "waived" in one and rule not in ("readiness", "soak"):
            yield f"{rule} cannot be waived"
    asked = by_rule.get("gates", {}).get("asks", {}).get("gates")
    if asked is None and (done["gates"] or "gates" in by_rule):
        yield "it does not say which gates were asked for"
    for name in asked.split(" ") if asked else ():
        if name not in done["gates"]:
            yield f"gate {name} was asked for, and is not held"


def counted(rule, done, records, signers):
    """People who signed, for the start of the phase or for its end."""
    people = set()
    for digest in done["sign-offs"]:
        record, _ = records[digest]
        says = record["says"]
        if bool(says.get("entry")) != (rule == "entry") or "weakenings" in says:
            continue
        if "evidence" in rule_asks(rule, done) and not any(link.strip() for link in says.get("evidence", ())):
            continue
        people |= signers.get(digest) or ({record["who"]["name"]} if done.get("unsigned") else set())
    return people


def rule_asks(rule, done):
    return next((one.get("asks", {}) for one in done["criteria"] if one["rule"] == rule), {})


def elsewhere(project, record):
    """The project that a record is of, if that is another one of the repository which is there."""
    here = pathlib.Path(project).resolve()
    top = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), None)
    if top is None:
        return None
    folder = record.get("project", "")
    is_there = (top / folder / "tollgate.yaml").is_file()
    return (folder or "the top") if top / folder != here and is_there else None


def completion(done, tree, record, records, signed):
    yield from answers(done)
    for rule in ("sign-offs", "entry"):
        count = rule_asks(rule, done).get("count")
        held = any(one["rule"] == rule and one["holds"] for one in done["criteria"])
        if held and count and len(counted(rule, done, records, signed)) < int(count):
            yield f"{rule}: fewer than {count} people"
    spared = any(one["rule"] == "gates" and "waived" in one for one in done["criteria"])
    excused = bool(done["liens"])
    liens = {records[one][0]["says"]["on"] for one in done["liens"]}
    for name, gate in done["gates"].items():
        clauses = [one["verdict"] for one in gate["conditions"] + gate["reasons"]]
        worst = min(clauses, key=WORST.index, default="pass")
        if worst != gate["verdict"]:
            yield f"gate {name}: {gate['verdict']} recorded, {worst} follows"
        for one in gate["conditions"]:
            kept = holds(one.get("asked", {}))
            if kept is not None and kept != (one["verdict"] == "pass") and one["verdict"] != "waived":
                yield f"{one['fact']}: {one['verdict']} recorded, {'pass' if kept else 'fail'} follows"
        if "tests" in gate:
            yield from tests(name, gate)
        if gate["enforce"] == "block":
            excused |= worst == "waived"
            if worst in ("fail", "inconclusive", "cancelled") and name not in liens and not spared:
                yield f"gate {name} does not pass"
    for one in done["criteria"]:
        excused |= "waived" in one
        if not one["holds"] and "waived" not in one and one["rule"] not in liens:
            yield f"{one['rule']} does not hold"
    if done["decision"] != ("conditional-go" if excused else "go"):
        yield f"decision {done['decision']}"
    for kind, digests in (("sign-off", done["sign-offs"]), ("observation", done["observations"])):
        for digest in digests:
            other, other_tree = records[digest]
            if other["says"]["kind"] != kind or other["phase"] != record["phase"]:
                yield f"{digest[:12]} is no {kind} of the phase"
            if not other["says"].get("entry") and (other_tree != tree or other["policy"] != record["policy"]):
                yield f"{digest[:12]} is about something else"
            if kind == "sign-off" and not done.get("unsigned") and digest not in signed:
                yield f"{digest[:12]} is not signed"
    for phase, digest in done["after"].items():
        other, _ = records[digest]
        if other["says"]["kind"] != "completion" or other["phase"] != phase:
            yield f"{digest[:12]} is no completion of {phase}"


def main(project, signers=None):
    folder = pathlib.Path(project, ".tollgate", "ledger")
    records, faults, signed = {}, [], {}
    for path in (folder.parent, folder):
        if path.is_symlink():
            sys.exit(f"{path} is a symbolic link")
    for path in sorted(folder.iterdir()):
        named = re.fullmatch(r"[0-9a-f]{64}\.(json|[A-Za-z0-9_-]+\.sig)", path.name)
        if named and (path.is_symlink() or not path.is_file()):
            faults.append(f"{path.name}: not a regular file")
        elif re.fullmatch(r"[0-9a-f]{64}\.json", path.name):
            try:
                records[path.name[:64]] = read(path)
            except (ValueError, KeyError) as error:
                faults.append(f"{path.name}: {error}")
    for path in sorted(folder.glob("*.sig")):
        digest, person = path.name[:64], path.name[65:-4]
        if path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size > 64 << 10:
            faults.append(f"{path.name}: larger than 64 KiB")
            continue
        with (folder / f"{digest}.json").open("rb") as record:
            how = ["verify", "-f", signers, "-I", person] if signers else ["check-novalidate"]
            words = ["ssh-keygen", "-Y", *how, "-n", "tollgate", "-s", str(path)]
            done = subprocess.run(words, stdin=record, capture_output=True, check=False)
        if done.returncode:
            faults.append(f"{path.name}: {done.stderr.decode().strip()}")
        else:
            signed.setdefault(digest, set()).add(person)
    named = {parent for record, _ in records.values() for parent in record["parents"]}
    faults += [f"parent {one} is not here" for one in sorted(named - records.keys())]
    level, children = {}, {}
    waits = {d: [p for p in r["parents"] if p in records] for d, (r, _) in records.items()}
    for digest, parents in waits.items():
        for parent in parents:
            children.setdefault(parent, []).append(digest)
    left = {digest: len(parents) for digest, parents in waits.items()}
    ready = [digest for digest, count in left.items() if not count]
    while ready:
        digest = ready.pop()
        level[digest] = 1 + max((level[p] for p in waits[digest]), default=-1)
        for child in children.get(digest, ()):
            left[child] -= 1
            if not left[child]:
                ready.append(child)
    faults += [f"{one} is its own ancestor" for one in sorted(records.keys() - level.keys())]
    for digest, (record, tree) in sorted(records.items()):
        if other := elsewhere(project, record):
            faults.append(f"{digest}.json: it is of the project at {other}")
        if record["says"]["kind"] == "reopen":
            undone = records.get(record["says"]["completion"])
            if undone is None or undone[0]["says"]["kind"] not in ("completion", "ruling"):
                faults.append(f"{digest}.json: it reopens no completion and no ruling")
        if record["says"]["kind"] == "completion":
            try:
                wrong = completion(record["says"], tree, record, records, signed)
                faults += [f"{digest}.json: {why}" for why in wrong]
            except KeyError as error:
                faults.append(f"{digest}.json: {error} is not here")
    heads = sorted(records.keys() - named)
    print(json.dumps({
        "records": len(records), "signatures": sum(map(len, signed.values())), "heads": heads,
        "depth": max(level.values(), default=None), "faults": faults,
    }, indent=1))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
