"""Executable specification of publishing: an explicit-state model, searched completely (< 60 s). Exit 1 on a violation.
`python -m tests.tools.publishing_model` runs each setting, then takes away each choice in turn: each must be caught;
with the NAME of a choice it shows the trace that follows without it, a step a line."""

# fmt: off
# ruff: noqa: B023, C408, C901, E731
# Workers may be killed or stopped (SIGSTOP, laptop lid) at every step, answers get lost, the network finishes late, shows late, serves
# a stale page, the database is away at "record" for as long as it likes. Ticks are abstract: only the order of parameters matters.
import sys
from collections import deque, namedtuple
from itertools import chain
from types import SimpleNamespace

# claim→write, write→close, lease, network works on after the cut, read-back lag, quarantine, between two looks, key's life, recording
PARAMS = dict(START=1, HARD=1, LEASE=3, PROC=1, LAG=1, QUAR=3, GAP=1, TTL=4, RECORD=99)
CHOICES = dict(fence=1, precheck=1, ended=1, misses=2, guarded_miss=1, late_news=1, live_guard=1, page_attempt=1, same_tx=1,
               exclusive=1, parent_first=1, near_match=1, reaper=1, deadline=1, stop_reading=1, miss_slot=1, one_clock=1)
WORLD = dict(n=1, same_text=0, thread=0, video=0, key="none", readback=1, machines=1, window=1, mangles=0, read_down=0, tries=9,
             crash=1, pause=1, lose=1, refuse=1, stale=2, pages=1, stops=1, late=1, check="all")
TEXT, CALM = "read back by text", dict(crash=0, pause=0, lose=0, refuse=0, stale=0, pages=0, stops=0, late=0)
COPIES = dict(check="copies", late=0, stops=0)
SETTINGS = {
    TEXT: {}, "identity for ever": dict(key="forever"), "no read-back": dict(readback=0), "reading back is down": dict(read_down=1),
    "key that expires": dict(key="ttl", refuse=0), "network alters the text": dict(mangles=1, refuse=0),
    "identity for ever, all else removed": dict(COPIES, key="forever", ended=0, precheck=0, QUAR=0, misses=1, tries=2, pages=0),
    "sender on another machine": dict(machines=2, window=0, refuse=0), "video": dict(video=1, refuse=0, stops=0),
    "no read-back, blind person": dict(readback=0, machines=2, check="labels", lose=0, refuse=0),
    "two persons": dict(CALM, readback=0, pages=2, lose=2), "nothing goes wrong": dict(CALM, check="calm", PROC=-1, RECORD=1),
    "same text twice": dict(n=2, same_text=1, refuse=0, stops=0, late=0, pause=0, stale=0),
    "thread of two": dict(n=2, thread=1, refuse=0, stops=0, pause=0, stale=0),
}
REMOVED = {  # name: (setting, what is taken away); each must be caught
    "claim_before_send": (TEXT, dict(COPIES, fence=0)), "quarantine": (TEXT, dict(COPIES, QUAR=1)),
    "look_at_lease_before_write": ("sender on another machine", dict(COPIES, precheck=0)),
    "sender_ended_before_resend": (TEXT, dict(COPIES, ended=0)), "two_looks": (TEXT, dict(COPIES, misses=1)),
    "looks_apart": (TEXT, dict(COPIES, guarded_miss=0)), "one_clock": (TEXT, dict(COPIES, one_clock=0)),
    "near_match_asks": ("network alters the text", dict(COPIES, near_match=0)),
    "page_names_attempt": ("two persons", dict(COPIES, page_attempt=0)), "one_in_flight": ("same text twice", dict(exclusive=0)),
    "late_good_news": ("no read-back, blind person", dict(late_news=0)), "wishes_kept_after_claim": (TEXT, dict(live_guard=0)),
    "lease_covers_call": ("nothing goes wrong", dict(LEASE=1)), "parent_first": ("thread of two", dict(parent_first=0)),
    "alert_in_same_transaction": (TEXT, dict(same_tx=0)), "reaper": (TEXT, dict(reaper=0)),
    "processing_deadline": ("video", dict(deadline=0)), "stop_reading_back": ("reading back is down", dict(stop_reading=0)),
    "scheduler_misses_slot": (TEXT, dict(miss_slot=0)),
}
D = namedtuple("D", "st att lease quar miss ask told rid lost")  # S P U X F C, R processing; quar -1: the sender has not ended
W = namedtuple("W", "pc i a t z res")                            # idle claimed checked wait done; z: stopped
State = namedtuple("State", "d w q n k pages b late stop")       # q requests, n copies, k reconcilers, b budgets of faults
IDLE, (CRASH, PAUSE, LOSE, REFUSE, STALE, PAGE) = W("idle", -1, 0, 0, 0, ""), range(6)
def put(row, i, value, order=False):
    row = (*row[:i], value, *row[i + 1:])
    return tuple(sorted(row)) if order else row
spend = lambda s, which: s._replace(b=put(s.b, which, s.b[which] - 1))
deliver = lambda s, i, **change: s._replace(d=put(s.d, i, s.d[i]._replace(**change)))
work = lambda s, j, w: s._replace(w=put(s.w, j, w, True))
def claimable(s, i, o):
    if s.d[i].st != "S" or s.late or (s.stop and o.live_guard) or (o.thread and i and o.parent_first and s.d[0].st != "X"):
        return False
    return not o.exclusive or not any(k != i and (d.st == "P" or (o.same_text and d.st == "U")) for k, d in enumerate(s.d))
def back(s, i, o):  # provably not out: to be sent again, unless somebody wished otherwise in the meantime
    if s.late or (s.stop and o.live_guard):
        return deliver(s, i, st="C" if s.stop else "F", ask=0, told=1)
    return deliver(s, i, st="S", lease=0, quar=0, miss=0, ask=0, lost=0)
def record(s, w, o):  # the conditional UPDATE with which a worker ends its attempt
    d, mine = s.d[w.i], s.d[w.i].att == w.a
    if w.res.isdigit():
        if any(k != w.i and x.rid == int(w.res) for k, x in enumerate(s.d)):
            return "!the answer is refused by UNIQUE: another delivery holds this remote id", s
        if d.st in "PUR" + "SFC" * o.late_news and (mine or o.late_news):
            return "records published", deliver(s, w.i, st="X", rid=int(w.res), told=1)
        return "records published again" if d.st == "X" or not o.fence else "!the news that it is out is dropped", s
    if not mine or d.st != "P":
        return "records only the end of its attempt", s
    if w.res == "not":
        return "records deferred", back(s, w.i, o)
    return "records " + w.res, deliver(s, w.i, st="R" if w.res == "accepted" else "U", lease=0, quar=o.QUAR, miss=0)

def worker_steps(s, j, o):
    w = s.w[j]
    if w.pc == "idle":
        for i, d in enumerate(s.d):
            if claimable(s, i, o) and d.att < o.tries:
                t = deliver(s, i, st="P", att=d.att + 1, lease=o.LEASE) if o.fence else s
                yield "!claimed after the stop" if s.stop else f"claim {i + 1}", 1, work(t, j, W("claimed", i, t.d[i].att, 0, 0, ""))
        return
    if s.b[CRASH]:
        yield "worker killed", 0, work(spend(s, CRASH), j, IDLE)
    if w.z:
        yield "worker resumes", 0, work(s, j, w._replace(z=0))
        if s.d[w.i].quar == -1:
            yield "scheduler kills the stopped worker", 1, work(s, j, IDLE)
        return
    if s.b[PAUSE] and (w.pc != "checked" or o.window):
        yield f"worker stopped ({w.pc})", 0, work(spend(s, PAUSE), j, w._replace(z=1))
    if w.pc == "claimed" and (w.t <= o.START or not o.precheck):
        yield "lease looked at", 1, work(s, j, w._replace(pc="checked", t=0))
    elif w.pc == "claimed":
        yield "too late to write: releases", 1, work(back(s, w.i, o) if (s.d[w.i].st, s.d[w.i].att) == ("P", w.a) else s, j, IDLE)
    elif w.pc == "checked":
        t = s._replace(q=tuple(sorted((*s.q, (w.i, w.a, 0, any(c[0] == w.i and c[2] for c in s.n))))))
        yield f"write {w.i + 1}", 1, work(t, j, w._replace(pc="wait", t=0))
    elif w.pc == "wait" and w.t >= o.HARD:
        yield "hard time-out", 1, work(s, j, w._replace(pc="done", t=0, res="unknown"))
    elif w.pc == "done":
        label, t = record(s, w, o)
        yield label, 1, work(t, j, IDLE)
def network_steps(s, o):
    for k, (i, a, _, known) in enumerate(s.q):
        rest = s._replace(q=s.q[:k] + s.q[k + 1:])
        waits = next((j for j, w in enumerate(s.w) if w.pc == "wait" and (w.i, w.a) == (i, a)), None)
        answer = lambda t, r: t if waits is None else work(t, waits, t.w[waits]._replace(pc="done", t=0, res=r))
        same = next((c for c, x in enumerate(s.n) if x[0] == i and (known or o.key == "forever")), None)
        if o.thread and i and not any(c[0] == 0 for c in s.n):
            yield "!the second part appears without the first", 1, rest
        out = rest if same is not None else rest._replace(n=rest.n + ((i, o.LAG, o.TTL if o.key == "ttl" else 0),))
        yield f"network puts {i + 1} out", 1, answer(out, "accepted" if o.video else str(len(s.n) if same is None else same))
        if s.b[LOSE]:
            yield "request lost before any effect", 0, spend(rest, LOSE)
            if waits is not None:
                yield f"network puts {i + 1} out, answer lost", 0, spend(out, LOSE)
        if s.b[REFUSE] and waits is not None:
            yield "network: not now", 0, answer(spend(rest, REFUSE), "not")
def look(s, i, o):  # a remote id, near, miss or down; a stale page lasts less than GAP
    seen = [(c, x) for c, x in enumerate(s.n) if c not in {d.rid for d in s.d} and (x[0] == i or o.same_text)]
    found = [("down", s)] if o.read_down else [(("near" if o.near_match else "miss") if o.mangles else str(c), s) for c, _ in seen]
    if not o.read_down and (all(x[1] for _, x in seen) or s.b[STALE]):
        found.append(("miss", spend(s, STALE) if s.b[STALE] == 2 else s))
    return found
def reconcile_steps(s, o):
    for i, d in enumerate(s.d):
        if d.st == "U" and d.quar == -1 and not any(w.i == i for w in s.w):
            yield f"sender of {i + 1} has ended: quarantine", 1, deliver(s, i, quar=o.QUAR)
        if d.st == "U" and not d.ask and (d.quar == 0 or (not o.one_clock and d.quar > 0)):
            if not o.readback:
                yield "cannot read back: asks the person", 1, deliver(s, i, ask=1, told=1)
            elif () in s.k:
                for found, t in look(s, i, o):
                    yield f"reads: {found}", 1, t._replace(k=put(t.k, t.k.index(()), (i, d.att, d.miss, found), True))
    for k, (i, a, miss, found) in ((k, job) for k, job in enumerate(s.k) if job):
        t, d = s._replace(k=put(s.k, k, (), True)), s.d[i]
        valid = d.st == "U" and d.att == a and not d.ask and (d.miss == miss or not o.guarded_miss)
        yield "writes: " + found, 1, conclude(t, i, found, o) if valid else t
def conclude(s, i, found, o):
    d = s.d[i]
    if found.isdigit():
        return s if any(x.rid == int(found) for x in s.d) else deliver(s, i, st="X", rid=int(found), told=1)
    if found == "down" and not o.stop_reading:
        return s
    if found == "miss" and d.miss + 1 < o.misses:
        return deliver(s, i, miss=d.miss + 1, quar=o.GAP)
    if found != "miss" or (o.ended and o.machines > 1 and d.lost):  # the other machine may only be asleep
        return deliver(s, i, ask=1, told=1)
    return back(s, i, o)
def other_steps(s, o):
    for i, d in enumerate(s.d):
        wait = -1 if o.ended and o.machines == 1 else o.QUAR
        if d.st == "P" and o.reaper and (d.lease == 0 or not o.one_clock):
            yield f"lease of {i + 1} over: unknown", 1, deliver(s, i, st="U", lease=0, quar=wait, miss=0, lost=1)
        if d.st == "S" and s.late and o.miss_slot:
            yield "missed its slot, person told", 1, deliver(s, i, st="F", told=1)
            if not o.same_tx and s.b[CRASH]:
                yield "missed its slot, killed before telling", 0, deliver(spend(s, CRASH), i, st="F")
        if d.st == "R":
            yield "network has finished, poll finds it", 0, deliver(s, i, st="X", rid=0, told=1)
            if o.deadline:
                yield "processing for too long: asks the person", 1, deliver(s, i, st="U", ask=1, told=1)
        if d.st == "U" and d.ask and s.b[PAGE]:
            saw = next((c for c, x in enumerate(s.n) if x[0] == i and not x[1] and o.check != "labels"), -1)
            if saw >= 0 or not o.video:
                yield "person opens the page", 0, spend(s, PAGE)._replace(pages=tuple(sorted(s.pages + ((i, d.att, saw),))))
    for k, (i, a, saw) in enumerate(s.pages):
        t = s._replace(pages=s.pages[:k] + s.pages[k + 1:])
        if s.d[i].st != "U" or (o.page_attempt and (s.d[i].att != a or not s.d[i].ask)):
            yield "person's page is out of date", 0, t
        elif saw >= 0:
            yield "person: it is out", 0, deliver(t, i, st="X", rid=saw, ask=0)
        else:
            yield "person: send again", 0, back(t, i, o)
            yield "person: leave it", 0, deliver(t, i, st="F", ask=0)
    yield from (("lateness limit passes", 0, s._replace(late=1)),) if o.late > s.late else ()
    if o.stops and not s.stop:
        yield "person cancels", 0, s._replace(d=tuple(d._replace(st="C", told=1) if d.st == "S" else d for d in s.d), stop=1)
def tick(s, o):
    limit = {"claimed": o.START + (not o.precheck) * 9, "checked": 0, "wait": o.HARD, "done": o.RECORD}
    if any(not w.z and w.t >= limit.get(w.pc, 99) for w in s.w) or any(q[2] >= o.HARD + o.PROC for q in s.q):
        return  # an awake worker and the network do not wait
    cap = {"claimed": o.START + 1, "wait": o.HARD, "done": o.RECORD % 99}
    yield "tick", 1, s._replace(
        d=tuple(d._replace(lease=max(0, d.lease - 1), quar=d.quar - (d.quar > 0)) for d in s.d), b=put(s.b, STALE, s.b[STALE] // 2 * 2),
        w=tuple(sorted(w._replace(t=min(w.t + 1, cap.get(w.pc, 0))) for w in s.w)), q=tuple((i, a, g + 1, k) for i, a, g, k in s.q),
        n=tuple((i, max(0, v - 1), max(0, k - 1)) for i, v, k in s.n))
def steps(s, o):
    workers = (worker_steps(s, j, o) for j in range(2 if s.w[0] != s.w[1] else 1))
    return chain(*workers, network_steps(s, o), reconcile_steps(s, o), other_steps(s, o), tick(s, o))
def wrong(s, o):
    for i, d in enumerate(s.d):
        copies = sum(c[0] == i for c in s.n)
        if copies > 1 and o.check != "labels":
            return "two copies on the network"
        if d.st in "FC" and copies and o.check == "all":
            return "called not out, but it is out"
        if d.st == "U" and o.check == "calm":
            return "unknown although nothing went wrong"
    return "called published, but it is not out" if sum(d.st == "X" for d in s.d) > len(s.n) else None
def settled(s, o):
    rest = lambda d: d.st in "XC" or (d.st == "F" and (d.told or d.ask)) or (d.st == "U" and d.ask and d.told)
    return all(rest(d) or (o.thread and i and d.st == "S" and rest(s.d[0]) and s.d[0].st != "X") for i, d in enumerate(s.d))

def search(o):  # (states, what went wrong, trace): safety breadth first, then: can every state settle by fault-free steps alone?
    first = State((D("S", 0, 0, 0, 0, 0, 0, None, 0),) * o.n, (IDLE,) * 2, (), (), ((), ()), (),
                  (o.crash, o.pause, o.lose, o.refuse, o.stale, o.pages), 0, 0)
    came, todo, into, live = {first: None}, deque([first]), {}, set()
    trace = lambda s: (*trace(came[s][0]), came[s][1]) if came[s] else ()
    while todo:
        s = todo.popleft()
        if settled(s, o):
            live.add(s)
            if not s.q and s.w == (IDLE, IDLE) and all(d.st in "XFC" for d in s.d):
                continue
        for label, fair, t in steps(s, o):
            if label[0] == "!":
                return len(came), label[1:], trace(s)
            if fair:
                into.setdefault(t, []).append(s)
            if t not in came:
                came[t] = s, label
                if bad := wrong(t, o):
                    return len(came), bad, trace(t)
                todo.append(t)
    todo = deque(live)
    while todo:
        new = [s for s in into.get(todo.popleft(), ()) if s not in live]
        live.update(new)
        todo.extend(new)
    stuck = next((s for s in came if s not in live and o.check != "copies"), None)
    return len(came), "stuck, or nobody told" if stuck else None, trace(stuck) if stuck else ()
def main(only=None):
    run, total, bad = lambda name, **k: search(SimpleNamespace(**{**PARAMS, **CHOICES, **WORLD, **SETTINGS[name], **k})), 0, 0
    for name in () if only else SETTINGS:
        states, what, path = run(name)
        total, bad = total + states, bad + bool(what)
        print(f"{name:37}{states:8} states  {what or 'holds'}", *path, sep=" · ", flush=True)
    for name, (setting, change) in ((k, v) for k, v in REMOVED.items() if only in (None, k)):
        states, what, path = run(setting, **change)
        total, bad = total + states, bad + (not what)
        print(f"without {name:29}{states:8} states  {what or 'NOT MISSED'}", *path, sep="\n  " if only else " · ", flush=True)
    print(f"{total} states; {'FAILED' if bad or not total else 'all as it should be'}")
    return 1 if bad or not total else 0

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
