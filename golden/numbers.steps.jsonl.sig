{"alg":"HMAC-SHA256","bytes":2116,"events":5,"file":"numbers.steps.jsonl","format":"aos-golden-sig/1","key_id":"fe046966b03f8800","mac":"e54c476cc62b2aff1a96bd7f9c112495caca6f63d70db9bbc88078165b8578f0","run_id":"numbers"}
{"seal":"222c601eb03fa5ce606c622f7fbc5cc732db75d8ccdb679f4449ab7175733887"}
