"""The program beside the Python original with the same network: a picture set, clicked and come back to, and what both hold."""

import clicks
import program
from statistics_of import paired_ratio, summary


def measure(scene):
    peer = scene.original()
    if peer is None:
        return None
    photos = scene.large_photos(1.5, scene.count(4, 2))
    root, names = scene.project(photos)
    with peer, scene.start(root, ahead=0) as running:
        watch = program.MemoryWatch(running.process.pid)
        ours, theirs = [], []
        for name, photo in zip(names, photos):
            ours.append(running.encode(name)[0])
            theirs.append(peer.ask("encode", photo)["ms"])
        picture, _ = running.client.show(names[-1])
        seen = clicks.in_turns(scene, scene.count(20, 5), {
            "ours": lambda: clicks.click(scene, running, names[-1], picture)["ms"],
            "theirs": lambda: peer.ask("predict", *scene.point(picture))["ms"],
        })
        back = {"ours": [running.encode(name)[0] for name in names[:2]],
                "theirs": [peer.ask("encode", photo)["ms"] for photo in photos[:2]]}
        peak = watch.stop()
        return {
            "encode": compared(ours[1:], theirs[1:]),  # the first prepares both engines
            "click": compared(seen["ours"], seen["theirs"]),
            "back": compared(back["ours"], back["theirs"]),
            "peak_bytes": peak or program.highest_resident_bytes(running.process.pid),
            "peer_bytes": peer.ask("memory")["peak_bytes"],
        }


def compared(ours, theirs):
    return {"ours": summary(ours), "theirs": summary(theirs), "ratio": paired_ratio(ours, theirs)}
