{"alg":"HMAC-SHA256","bytes":1411,"events":2,"file":"sandbox-plan.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"f9995afeb1cc1415f6e7c37888b259fe54b268a19d532b48a498ee2d6fa8d88e","run_id":"sandbox-plan"}
{"seal":"72ed4b9b7d813fd55cb4423476381bf8060acd35f8fb491857d50948378a86ac"}
