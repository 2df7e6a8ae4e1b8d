{"alg":"HMAC-SHA256","bytes":2281,"events":8,"file":"fan-out.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"23fc751e80f29f640fee1dbd085f8f6a69ba5e21c8e492795c2a4543ddff8069","run_id":"fan-out"}
{"seal":"5f1b06b90671de165379302962d187532f5f9bb93686c3061af12898c3258ebe"}
