"""Client of the async-coder REST API. Standard library only."""

from __future__ import annotations

import json
import time
from typing import Any, Callable, Dict, Iterator, List, Optional
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

__all__ = ["AsyncCoderAPI", "AsyncCoderError"]

_ENDED = frozenset({"completed", "failed", "cancelled"})
_PAGE = 100


class AsyncCoderError(Exception):
    """The server refused a request.

    Attributes:
        status: The HTTP status.
        code: A stable word, for example ``INSUFFICIENT_CREDITS``.
        details: What the server says besides; ``None`` when nothing.
        retry_after: Seconds until it may be asked again; ``None`` when the server does not say.
    """

    def __init__(self, status: int, error: Dict[str, Any]) -> None:
        super().__init__(error.get("message") or f"The server answered {status}")
        self.status = status
        self.code: str = error.get("code") or "UNEXPECTED_REPLY"
        self.details: Any = error.get("details")
        self.retry_after: Optional[int] = error.get("retryAfter")


class AsyncCoderAPI:
    """The async-coder API.

    Args:
        base_url: Where the server is.
        token: An access token or an API key.
        timeout: Seconds that one request may take.
    """

    def __init__(self, base_url: str, token: str, timeout: float = 60.0) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._timeout = timeout
        self.repositories = Repositories(self)
        self.tasks = Tasks(self)
        self.models = Models(self)

    def request(
        self,
        method: str,
        path: str,
        query: Optional[Dict[str, Any]] = None,
        body: Any = None,
        headers: Optional[Dict[str, str]] = None,
    ) -> Dict[str, Any]:
        """Makes a request and gives the whole reply.

        Raises:
            AsyncCoderError: The server refused it.
            OSError: The server could not be reached.
        """
        given = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        url = f"{self._base_url}{path}" + (f"?{urlencode(given)}" if given else "")
        sent = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", **(headers or {})}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        try:
            with urlopen(Request(url, data=data, headers=sent, method=method), timeout=self._timeout) as response:
                return json.loads(response.read())
        except HTTPError as refused:
            with refused:
                raise AsyncCoderError(refused.code, _error_in(refused.read())) from None


class Tasks:
    """Tasks."""

    def __init__(self, api: AsyncCoderAPI) -> None:
        self._api = api

    def create(
        self,
        repository_id: str,
        ai_model_id: str,
        title: str,
        prompt: str,
        type: str,
        description: Optional[str] = None,
        branch: Optional[str] = None,
        target_branch: Optional[str] = None,
        priority: str = "medium",
        pull_request: bool = False,
        idempotency_key: Optional[str] = None,
    ) -> Dict[str, Any]:
        """Starts a task and gives it as it was taken.

        Args:
            repository_id: A repository of the caller's own.
            ai_model_id: An active model that does this type of task.
            title: 1 to 255 characters.
            prompt: What to do: 1 to 10000 characters.
            type: ``debug``, ``ask``, ``documentation``, ``architect``, ``pr_review`` or ``async``.
            description: At most 1000 characters.
            branch: The branch to work on; the repository's default branch unless given.
            target_branch: The branch the work is meant for; the same.
            priority: ``low``, ``medium`` or ``high``.
            pull_request: Whether to open a pull request with the changes, at GitHub.
            idempotency_key: The same key and task again give the same task for a day.

        Raises:
            AsyncCoderError: The server refused it.
        """
        body = {
            "repositoryId": repository_id,
            "aiModelId": ai_model_id,
            "title": title,
            "prompt": prompt,
            "type": type,
            "description": description,
            "branch": branch or self._api.repositories.default_branch(repository_id),
            "targetBranch": target_branch,
            "priority": priority,
            "pullRequest": pull_request,
        }
        given = {name: value for name, value in body.items() if value is not None}
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else None
        return self._api.request("POST", "/api/tasks", body=given, headers=headers)["data"]

    def get(self, task_id: str) -> Dict[str, Any]:
        """Reads a task with its results."""
        return self._api.request("GET", f"/api/tasks/{quote(task_id, safe='')}")["data"]

    def list(
        self,
        page: int = 1,
        limit: int = 20,
        status: Optional[str] = None,
        type: Optional[str] = None,
        repository_id: Optional[str] = None,
    ) -> Dict[str, Any]:
        """A page of the caller's tasks, newest first: ``tasks`` and ``meta``."""
        query = {"page": page, "limit": limit, "status": status, "type": type, "repositoryId": repository_id}
        reply = self._api.request("GET", "/api/tasks", query=query)
        return {"tasks": reply["data"]["tasks"], "meta": reply["meta"]}

    def cancel(self, task_id: str) -> Dict[str, Any]:
        """Stops a task that has not ended."""
        return self._api.request("PUT", f"/api/tasks/{quote(task_id, safe='')}/cancel")["data"]

    def follow(
        self,
        task_id: str,
        interval: float = 2.0,
        longest_interval: float = 10.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Iterator[Dict[str, Any]]:
        """Gives a task each time its status or progress has changed, ending with its final state.

        Args:
            task_id: The task.
            interval: Seconds between the first two looks; each pause is half as long again as the one before it.
            longest_interval: The longest pause. The general limit is 100 requests in 15 minutes.
            sleep: What waits.
        """
        told = None
        while True:
            try:
                task = self.get(task_id)
            except AsyncCoderError as refused:
                if refused.status != 429:
                    raise
                sleep(refused.retry_after or longest_interval)
                continue
            state = (task["status"], task["progress"])
            if state != told:
                told = state
                yield task
            if task["status"] in _ENDED:
                return
            sleep(interval)
            interval = min(longest_interval, interval * 1.5)


class Repositories:
    """Repositories."""

    def __init__(self, api: AsyncCoderAPI) -> None:
        self._api = api
        self._branches: Dict[str, str] = {}

    def list(
        self,
        page: int = 1,
        limit: int = 20,
        search: Optional[str] = None,
        connected: Optional[bool] = None,
    ) -> List[Dict[str, Any]]:
        """A page of the caller's repositories."""
        query = {"page": page, "limit": limit, "search": search, "connected": connected}
        return self._api.request("GET", "/api/repositories", query=query)["data"]["repositories"]

    def sync(self, force: bool = False) -> Dict[str, Any]:
        """Reads the repositories anew from GitHub."""
        return self._api.request("POST", "/api/repositories/sync", body={"force": force})["data"]

    def default_branch(self, repository_id: str) -> Optional[str]:
        """The default branch of a repository, read once; ``None`` where the server must say what is wrong."""
        page = 1
        while repository_id not in self._branches:
            found = self.list(page=page, limit=_PAGE)
            self._branches.update({one["id"]: one["defaultBranch"] for one in found if one["defaultBranch"]})
            if len(found) < _PAGE:
                break
            page += 1
        return self._branches.get(repository_id)


class Models:
    """The catalogue of AI models."""

    def __init__(self, api: AsyncCoderAPI) -> None:
        self._api = api

    def list(self) -> List[Dict[str, Any]]:
        """All of them; those that are not active cannot be asked."""
        return self._api.request("GET", "/api/ai-models")["data"]["models"]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _error_in(body: bytes) -> Dict[str, Any]:
    try:
        error = json.loads(body).get("error")
    except (ValueError, AttributeError):
        return {}
    return error if isinstance(error, dict) else {}
