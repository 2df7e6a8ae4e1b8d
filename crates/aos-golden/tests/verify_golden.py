"""Verifies a golden: AOS_GOLDEN_KEY=hex:... python3 verify_golden.py RUN.steps.jsonl"""
import base64, hashlib, hmac, json, os, sys

def verify(path, key):
    mac = lambda data: hmac.new(key, data, hashlib.sha256).hexdigest()
    with open(path, "rb") as file:
        golden = file.read()
    with open(path + ".sig", "rb") as file:
        first, second, rest = (file.read().split(b"\n", 2) + [b"", b""])[:3]
    if rest or not hmac.compare_digest(second, b'{"seal":"%s"}' % mac(first + b"\n").encode()):
        return "the signature is damaged, or by another key"
    header = json.loads(first)
    if (header["alg"], header["format"]) != ("HMAC-SHA256", "aos-golden-sig/1"):
        return "the signature has an unknown format"
    if header["file"] != os.path.basename(path):
        return "the signature is that of " + header["file"]
    if header["bytes"] != len(golden) or not hmac.compare_digest(header["mac"], mac(golden)):
        return "the golden was changed after signing"
    events = [json.loads(line) for line in golden.split(b"\n")[:-1]]
    if len(events) != header["events"] or events[0]["run_id"] != header["run_id"]:
        return "the golden is not the one that the signature describes"
    print(f"{header['file']}: ok, {len(events)} events, run {header['run_id']}, key {header['key_id']}")

if __name__ == "__main__":
    scheme, _, text = os.environ.get("AOS_GOLDEN_KEY", "").partition(":")
    key = {"hex": bytes.fromhex, "base64": base64.b64decode}[scheme](text)
    problem = verify(sys.argv[1], key)
    sys.exit(f"{sys.argv[1]}: {problem}" if problem else 0)
