{"alg":"HMAC-SHA256","bytes":2251,"events":8,"file":"resume.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"f510643001729507c2962090aacf885f718e3e9c48c5b46cdfad4749009b60a7","run_id":"resume"}
{"seal":"60875452a9ab5934c390dd3689f805bd8d7b3648b8a53eb50ae50a72fcdcb2d4"}
