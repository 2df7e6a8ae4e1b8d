{"alg":"HMAC-SHA256","bytes":1383,"events":4,"file":"step-timeout.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"22d7ee520091963300ff9a2d70d26ffccb2c99a7e42b6ef921700e856c770ad2","run_id":"step-timeout"}
{"seal":"f231453e5e8dd051bb774adf9ef28849d40d22b6f7127d44df0670c0e4b121ee"}
