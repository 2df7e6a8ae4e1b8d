{"alg":"HMAC-SHA256","bytes":1853,"events":6,"file":"on-error-skip.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"687cfb19adee5fca9f8fddaa8444218982dc51e2f476feef1041dba003fed16a","run_id":"on-error-skip"}
{"seal":"d1fedd1042bf48316808a7643546ca4f3795ee379d27d8a0a2975292bf6a6a40"}
