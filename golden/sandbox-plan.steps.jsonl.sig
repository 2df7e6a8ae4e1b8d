{"alg":"HMAC-SHA256","bytes":1015,"events":2,"file":"sandbox-plan.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"4519e909c1074b97a49e34406893896ceaae490531ba1f1399324416d0ee4684","run_id":"sandbox-plan"}
{"seal":"69470e86ac44ab29ad6cb03e93841562fbe52c12586ae4066260d3e0140decb4"}
