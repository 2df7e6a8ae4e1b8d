{"alg":"HMAC-SHA256","bytes":1930,"events":4,"file":"budget.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"97358f9269037f6e5e4a0cfdefc679402cefa29f30074aec20de05d621b4ac0d","run_id":"budget"}
{"seal":"725d112da468930cfe353d7c41e3f1fc704afcd210d548ce8ebcc46ca074b48c"}
