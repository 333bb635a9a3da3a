"""Hands each finished call of a LiteLLM proxy to Understudy's mirror.

    litellm_settings:
      callbacks: litellm_tap.tap

Set UNDERSTUDY_TAP_URL to http://MIRROR:8080/support-intents/pairs and UNDERSTUDY_TAP_TOKEN to what stands in the file tap-token in the
mirror's data folder. A mirror that is away costs a line in the log and nothing else.
"""
import json
import os

import httpx
from litellm._logging import verbose_logger
from litellm.integrations.custom_logger import CustomLogger


class UnderstudyTap(CustomLogger):
    def __init__(self):
        super().__init__()
        self.url = os.environ["UNDERSTUDY_TAP_URL"]
        self.client = httpx.AsyncClient(
            headers={"Authorization": "Bearer " + os.environ["UNDERSTUDY_TAP_TOKEN"], "Content-Type": "application/json"}, timeout=5)

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        await self.hand_in(kwargs)

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        await self.hand_in(kwargs)

    async def hand_in(self, kwargs):
        payload = kwargs.get("standard_logging_object")
        if payload is None:
            return
        try:
            answer = await self.client.post(self.url, content=json.dumps(payload, default=str))
            if answer.status_code != 202:
                verbose_logger.warning("understudy: %s %s", answer.status_code, answer.text[:300])
        except httpx.HTTPError as error:
            verbose_logger.warning("understudy: %r", error)


tap = UnderstudyTap()
