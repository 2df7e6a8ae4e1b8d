{"alg":"HMAC-SHA256","bytes":2019,"events":6,"file":"sequence.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"37ff73b56c137efae34b555936352d8b49d30b10676da34bf2c9b76da47826df","run_id":"sequence"}
{"seal":"d43a20e6715c0b0317c40e4e3088d6e35d59d638395c228631df15eebeec7548"}
