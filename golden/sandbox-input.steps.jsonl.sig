{"alg":"HMAC-SHA256","bytes":1374,"events":3,"file":"sandbox-input.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"f2aec4d58ea76aeb0f7e44390de662705733ddc8f05441ac734d981aef846f07","run_id":"sandbox-input"}
{"seal":"9ec3ffdcd22f6946a2f680cdd436702f1451097cf0b55c76a6b628b0b7b0dd2d"}
