"""What was measured, as rows, beside what the design asks."""

import report

CLICK, ENCODE, RAM, DISK = 1.10, 1.15, 1 / 1000, 1 / 50


def click_rows(done):
    for size in ("1.5", "24"):
        seen = done.get("click_" + size)
        if not seen:
            continue
        bare, click = seen["bare"], seen["click"]
        yield report.Row(f"click → mask, {size} MP: of 1.10× bare + 2 ms", "x", seen["of_limit"], 1.0,
                         note=f"{click['median']:.1f} ms, the decoder alone {bare['median']:.1f} ms; {seen['above_ms']:+.2f} ms; "
                              f"{seen['answer_bytes'] / 1e3:.0f} kB answered; CPU: program {seen['cpu_ms']['program']:.1f} ms, worker {seen['cpu_ms']['worker']:.1f}, "
                              f"alone {seen['cpu_ms']['bare']:.1f}")
        yield report.Row(f"click → mask, {size} MP, against the decoder alone", "x", seen["ratio"], None, seen["ratio_p95"])
        again = seen["again_http"]
        yield report.Row(f"predict again over HTTP, {size} MP", "ms", again["again"]["median"], None, again["again"]["p95"],
                         note=f"a request that does nothing: {again['empty_request']['median']:.2f} ms")
        if seen["peer"]:
            yield report.Row(f"click, {size} MP, against ONNX Runtime in Python", "x", seen["peer"]["ratio"], 1.0,
                             note=f"peer {seen['peer']['peer']['median']:.1f} ms")


def encode_rows(done):
    for size in ("0.15", "1.5", "24"):
        seen = done.get("encode_" + size)
        if not seen:
            continue
        yield report.Row(f"file → kept embedding, {size} MP", "x", seen["ratio"], ENCODE, seen["ratio_p95"],
                         note=f"{seen['encode']['median']:.0f} ms, the encoder alone {seen['bare']['median']:.0f} ms")
        if seen["peer"]:
            yield report.Row(f"file → embedding, {size} MP, against ONNX Runtime in Python", "x", seen["peer"]["ratio"], 1.0,
                             note=f"peer {seen['peer']['peer']['median']:.0f} ms")
        yield report.Row(f"back from memory, {size} MP, over HTTP, of encoding", "x", seen["ram_ratio"], RAM,
                         note=f"{seen['ram']['median']:.2f} ms")
        if seen["disk"]:
            yield report.Row(f"back from disk, {size} MP, of encoding", "x", seen["disk"]["ratio"], DISK,
                             note=f"{seen['disk']['times']['median']:.1f} ms after a restart, once the model is loaded; {seen['disk']['encoded_again']} encoded again")


def part_rows(done):
    parts = done.get("parts")
    if not parts:
        return
    yield report.Row("predict again, in process", "µs", parts.get("predict_again"), 5)
    yield report.Row("back to a kept picture, in process", "µs", parts.get("come_back"), None)
    if "nearly_empty/worker" in parts:
        yield report.Row("the worker process, a call", "µs", parts["nearly_empty/worker"] - parts["nearly_empty/in_process"], 100)
    if "nearly_empty_1_mb/worker" in parts:
        yield report.Row("the worker process, a call that answers 1 MB", "µs",
                         parts["nearly_empty_1_mb/worker"] - parts["nearly_empty_1_mb/in_process"], None)


def walk_rows(done):
    if seen := done.get("during_encode"):
        yield report.Row("a click while the next picture is encoded", "x", seen["click_busy"]["median"] / seen["click_idle"]["median"], None,
                         note=f"{seen['click_busy']['median']:.0f} ms, p95 {seen['click_busy']['p95']:.0f}; otherwise {seen['click_idle']['median']:.0f} ms")
        quiet, disturbed = seen["encode_quiet_s"]["median"], seen["encode_disturbed_s"]["median"]
        yield report.Row("that encode", "x", disturbed / quiet, None, note=f"{seen['clicks_a_encode']:.0f} clicks in it; {disturbed:.2f} s, otherwise {quiet:.2f} s")
    if seen := done.get("looking"):
        yield report.Row("next ready after a look of 1.5 × (decode + encode)", "%", 100 * seen["ready"], 95, least=True,
                         note=f"{seen['switches']} switches, {seen['look_s']:.2f} s each")
    if seen := done.get("jumping"):
        yield report.Row(f"encodes finished for pictures jumped over, of {seen['jumps']}", "", seen["ended"], 1,
                         note=f"{seen['begun']} begun; the last one ready after {seen['stop_ready_s']:.2f} s")
        for name, reason in seen["failed"].items():
            yield report.Row("encodes that failed on the way", "", len(seen["failed"]), 0, note=f"{name}: {reason}")
            break
    if seen := done.get("switching"):
        cold, warm = seen["proxy_not_fetched"], seen["proxy_fetched_before"]
        yield report.Row("switch to a prepared 24 MP picture: state and proxy there", "ms", cold["median"], 150, cold["p95"],
                         note=f"without the browser; {warm['median'] or 0:.1f} ms where the page fetched the proxy before")
    if seen := done.get("embed"):
        yield report.Row("embed, of the encoder's bare rate", "x", seen["of_bare_rate"], 0.95, least=True)


def memory_row(seen, kind, asked):
    ours = seen["peak_pss_bytes"] or seen["sum_of_peak_rss_bytes"]
    how = "PSS of all processes" if seen["peak_pss_bytes"] else "sum of each process's peak RSS"
    if not seen["peer_bytes"]:
        return report.Row(f"peak memory of a session, {kind}", "MB", ours / 1e6, None, peak_bytes=ours, note=how)
    note = (f"{how}, {seen['program_at_peak_bytes'] / 1e6:.0f} MB of it not in the worker (sum of peak RSS {seen['sum_of_peak_rss_bytes'] / 1e6:.0f} MB); "
            f"peer {seen['peer_bytes'] / 1e6:.0f} MB")
    if kept := seen.get("kept_bytes"):
        note += (f"; without the {kept / 1e6:.0f} MB of pictures, embeddings and masks kept, which are given back when memory is tight, "
                 f"{(ours - kept) / seen['peer_bytes']:.2f}×")
    return report.Row(f"peak memory of a session, {kind}, against ONNX Runtime in Python, f32", "x", ours / seen["peer_bytes"], asked, peak_bytes=ours, note=note)


def memory_rows(done, network):
    large = network == "sam_vit_b"
    for name, kind, asked in (("memory", "f32", 1 / 3 if large else 0.5), ("memory_bf16", "bf16", 1 / 4 if large else 0.5)):
        if seen := done.get(name):
            yield memory_row(seen, kind, asked)


def start_rows(done):
    if seen := done.get("starts"):
        again = seen["again_s"]
        yield report.Row("a second start, until the model is loaded", "s", again["median"], 1, again["p95"],
                         note=f"least {again['least']:.2f} s, CPU {seen['again_cpu_s']['median']:.2f} s; the first start {seen['first_s']:.2f} s")
    for name, label in (("many_grabcut", "GrabCut"), ("many", "the model")):
        if seen := done.get(name):
            first, again = seen["first"], seen["again"]
            yield report.Row(f"{seen['pictures']:,} pictures, {label}: start to list", "s", again["usable_s"], 1,
                             peak_bytes=again["sum_of_peak_rss_bytes"],
                             note=f"the very first start {first['usable_s']:.2f} s; 200 entries of the list {again['list_ms']:.1f} ms")
            yield report.Row(f"{seen['pictures']:,} pictures, {label}: memory", "MB", again["pss_bytes"] / 1e6,
                             200 if name == "many_grabcut" else None, note="PSS of all processes")


def browser_rows(done):
    if seen := done.get("browser"):
        switch = seen["switch_ms"]
        yield report.Row("switch to a prepared 24 MP picture: painted in the browser", "ms", switch["median"], 150, switch["p95"],
                         note=f"from the key to the second frame after; {switch['count']} switches")
        yield report.Row("hover: masks painted, of the decoder's rate", "x", seen["hover_rate"] / seen["decoder_rate"], None,
                         note=f"{seen['hover_rate']:.1f} masks a second on a 24 MP picture; the decoder alone makes {seen['decoder_rate']:.1f}")


def original_rows(done):
    seen = done.get("original")
    if not seen:
        return
    for step, label in (("encode", "file → embedding"), ("back", "back to a picture"), ("click", "click → mask")):
        one = seen[step]
        yield report.Row(f"{label}, 1.5 MP, against the original", "x", one["ratio"], 1,
                         note=f"{one['ours']['median']:,.1f} ms, the original {one['theirs']['median']:,.0f} ms")
    yield report.Row("peak memory of that session, against the original", "x", seen["peak_bytes"] / seen["peer_bytes"], 0.5,
                     peak_bytes=seen["peak_bytes"], note=f"PSS of all processes; the original {seen['peer_bytes'] / 1e6:.0f} MB")


def rows_of(done, network):
    return [*click_rows(done), *part_rows(done), *encode_rows(done), *walk_rows(done), *browser_rows(done), *memory_rows(done, network),
            *original_rows(done), *start_rows(done)]
