"""Errors at the door: one table from class to status, and RFC 9457 problem details."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.request_id import present_request
from api.second_try import try_again
from api.store_watch import BEGUN
from dispatch.store.outage import FAILED, NOT_KEPT, Outage, kind_of
from geo.errors import (
    BadInput,
    BadValue,
    Conflict,
    EmptyNetwork,
    FlawedData,
    GridDispatchError,
    Outdated,
    OutsideNetwork,
    Unavailable,
    UnknownName,
)
from geo.road.engine_failure import EngineFailed

logger = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"


class Overloaded(GridDispatchError):
    """More is asked than the service gets through; what can wait is turned away."""

    code = "overloaded"
    retry_after_s = 1


class Malformed(BadInput):
    """A body that is no JSON, or none that anybody means."""

    code = "malformed"


class StoreDown(Unavailable):
    """The store cannot be reached, or cannot be written to."""

    code = "store_down"
    retry_after_s = 5

    def __init__(self) -> None:
        super().__init__("The store does not answer, so nothing was done; ask again in a moment.")


class StoreBusy(Unavailable):
    """Others kept the store busy for too long."""

    code = "store_busy"
    retry_after_s = 1

    def __init__(self) -> None:
        super().__init__("The store is busy, so nothing was done; ask again in a moment.")


class BadParameter(BadInput):
    """A parameter of OGC API is not known there, or says nothing that can be meant."""

    code = "bad_parameter"


class UnsupportedMedia(GridDispatchError):
    """A body is of a kind that is not taken under its address."""

    code = "unsupported_media"


class NotFound(GridDispatchError):
    """Nothing stands under the address that was asked for."""

    code = "not_found"


class Unauthorized(GridDispatchError):
    """Nobody has signed in, or the token is not known here."""

    code = "unauthorized"


class SignInFailed(Unauthorized):
    """
    Name, password or code is wrong, or an account waits after too many wrong ones.

    The same for every reason, so that it tells nobody which names there are.
    """

    code = "sign_in_failed"

    def __init__(self) -> None:
        super().__init__(
            "Name, password or code is not right, or too many tries went wrong: wait a while, "
            "or ask an administrator."
        )


class LinkSpent(Unauthorized):
    """A one-time link that is not known, was used, or is too old."""

    code = "link_spent"

    def __init__(self) -> None:
        super().__init__("This link has been used or is too old: ask for another one.")


class SignInRefused(Unauthorized):
    """
    Somebody comes back from the identity provider, and is not let in.

    Parameters
    ----------
    why
        The reason in one word of snake_case, for the audit.
    sentence
        What happened and the way out.
    account
        Name of the account that was meant, or None.
    """

    code = "sign_in_refused"

    def __init__(self, why: str, sentence: str, account: str | None = None) -> None:
        super().__init__(sentence)
        self.why, self.account = why, account


class ProviderDown(Unavailable):
    """The identity provider cannot be reached, or says nothing sensible."""

    code = "provider_down"
    retry_after_s = 5

    def __init__(self, what: str) -> None:
        super().__init__(f"The identity provider {what}; sign in with a password, or try again.")


class Forbidden(GridDispatchError):
    """The caller may not do this."""

    code = "forbidden"


class InFlight(GridDispatchError):
    """The same request is under way."""

    code = "in_flight"
    retry_after_s = 1

    def __init__(self) -> None:
        super().__init__("The same request is under way; ask again in a second for its answer.")


class KeyReused(BadInput):
    """An idempotency key came with another request than the first time."""

    code = "key_reused"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key came with another request before; take a new key for a new one."
        )


class Answered(Exception):
    """
    A request that was answered before; its answer is given again.

    Parameters
    ----------
    status
        Status of the answer.
    body
        The answer, as JSON.
    headers
        What was said beside it: where it is, its version.
    """

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


class PreconditionRequired(GridDispatchError):
    """An edit has to say which version was read."""

    code = "precondition_required"


STATUS: dict[type[GridDispatchError], int] = {
    Overloaded: 429,
    Malformed: 400,
    BadParameter: 400,
    NotFound: 404,
    UnsupportedMedia: 415,
    Unauthorized: 401,
    Forbidden: 403,
    PreconditionRequired: 428,
    Outdated: 412,
    Conflict: 409,
    InFlight: 409,
    Unavailable: 503,
    OutsideNetwork: 422,
    EmptyNetwork: 503,
    UnknownName: 422,
    BadInput: 422,
    GridDispatchError: 500,
}
"""Class to status; a class that is not listed has the status of its nearest ancestor."""

CHINESE: dict[str, str] = {
    "error": "服务内部错误。",
    "overloaded": "请求过多，请稍后重试。",
    "too_often": "操作过于频繁，请稍后再试。",
    "malformed": "请求正文不是可用的 JSON。",
    "bad_parameter": "地址中的参数不存在或取值不正确。",
    "unsupported_media": "该地址不接受此类型的正文，请核对 Content-Type。",
    "bad_input": "输入无法使用。",
    "unreadable_file": "文件无法读取或已损坏。",
    "missing_column": "表格缺少必需的列。",
    "bad_value": "数值或取值不在允许范围内。",
    "unknown_crs": "坐标系未知，请注明 wgs84、gcj02、bd09 或 EPSG 代码。",
    "unknown_name": "没有这个名称或代码，请核对后重试。",
    "outside_network": "该位置离可通行道路太远，请在城市范围内的道路附近选点。",
    "empty_network": "路网为空，无法计算行程时间。",
    "flawed_data": "数据存在问题，未载入任何内容，问题清单见 errors。",
    "conflict": "已有他人先行处理。",
    "plan_base_moved": "该方案起草后另有方案发布，冲突的网格见 errors；请先变基（rebase）再发布。",
    "edit_refused": "这一步修改未被接受，原因见 errors。",
    "gate_not_passed": "方案未通过发布门槛：请先仿真或修改，或由责任人署名并说明理由后放行。",
    "incomplete_city": "城市数据尚不完整，暂不能给出建议，缺少的内容见清单。",
    "in_flight": "同一请求正在处理，请稍后重试。",
    "key_reused": "该 Idempotency-Key 已用于另一请求，请更换。",
    "outdated": "内容已被他人更新，请重新读取后再改。",
    "precondition_required": "请先读取，再以 If-Match 带上其 ETag 修改。",
    "store_down": "数据存储暂时不可用，未做任何更改，请稍后重试。",
    "engine_failed": "路网引擎暂时不可用，请稍后重试。",
    "store_busy": "数据存储繁忙，未做任何更改，请稍后重试。",
    "unavailable": "服务暂时不可用，请稍后重试。",
    "not_found": "没有找到所请求的内容。",
    "sign_in_failed": "账号、密码或验证码不正确，或尝试次数过多：请稍候再试，或联系管理员。",
    "link_spent": "此链接已使用或已过期：请索取新的链接。",
    "weak_password": "请设置至少十个字符的密码，其中至少四种不同字符，且不含账号名。",
    "wrong_code": "动态验证码不正确：请核对手机时间，输入当前显示的六位数字。",
    "sign_in_refused": "统一身份认证未通过，请重新登录；仍不成功时请联系管理员。",
    "provider_down": "统一身份认证服务暂时不可用，请使用密码登录，或稍后重试。",
    "unauthorized": "请先登录，或出示有效的令牌。",
    "forbidden": "没有权限。",
    "method_not_allowed": "该地址不支持此方法。",
    "too_large": "请求内容过大。",
    "too_slow": "请求内容未在规定时间内传完，请重新发送。",
    "bad_request": "请求格式不正确。",
    "invalid": "请求中有字段不正确。",
}
"""What a screen says in Chinese, by code; the English sentence names the thing itself."""

_CODE_OF_STATUS = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "overloaded",
    422: "invalid",
    500: "error",
    503: "unavailable",
}


def status_of(error: GridDispatchError) -> int:
    """
    Status with which an error leaves the service.

    Parameters
    ----------
    error
        Any error of the tree.

    Returns
    -------
    status
        HTTP status.
    """
    return next(STATUS[ancestor] for ancestor in type(error).__mro__ if ancestor in STATUS)


def problem(
    status: int, code: str, sentence: str, *, errors: list[dict[str, str]] | None = None
) -> JSONResponse:
    """
    Build problem details as RFC 9457 lays them down.

    Parameters
    ----------
    status
        HTTP status.
    code
        Stable code of the case.
    sentence
        What happened and the way out, in English.
    errors
        Every single finding, where there are several.

    Returns
    -------
    response
        ``application/problem+json`` with ``code``, ``zh`` and ``en``.
    """
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
        "code": code,
        "zh": CHINESE.get(code, CHINESE["error"]),
        "en": sentence,
    }
    request_id = present_request()
    if request_id is not None:
        content["request_id"] = request_id
    if errors:
        content["errors"] = errors
    return JSONResponse(content, status, media_type=PROBLEM_TYPE)


def install(app: FastAPI) -> None:
    """
    Register the handlers that turn errors into problem details.

    Parameters
    ----------
    app
        The application.
    """
    app.add_exception_handler(GridDispatchError, _on_own_error)
    app.add_exception_handler(Answered, _on_answered)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(EngineFailed, _on_engine_failed)
    for failed in FAILED:
        app.add_exception_handler(failed, _on_store_error)
    app.add_exception_handler(NOT_KEPT, _on_not_kept)
    app.add_exception_handler(Exception, _on_unforeseen)


async def _on_own_error(_: Request, error: Exception) -> JSONResponse:
    """An error of ours: its own sentence, the status of the table."""
    own = cast("GridDispatchError", error)
    status = status_of(own)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s: %s", own.code, own)
    findings = own.findings if isinstance(own, FlawedData) else ()
    errors = [
        {
            "where": f"{finding.layer} {finding.feature or ''}".strip(),
            "message": finding.message.en,
            "zh": finding.message.zh,
        }
        for finding in findings
    ]
    errors += getattr(own, "told", ())
    sentence = str(own).split("\n", 1)[0]
    response = problem(status, own.code, sentence, errors=errors)
    retry_after_s = getattr(own, "retry_after_s", None)
    if retry_after_s is not None:
        response.headers["retry-after"] = str(retry_after_s)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["www-authenticate"] = "Bearer"
    return response


async def _on_engine_failed(request: Request, error: Exception) -> JSONResponse:
    """A road engine failed: the service goes on without it, and is asked again."""
    failed = cast("EngineFailed", error)
    logger.error("%s %s: %s", request.method, _route(request), failed, exc_info=failed.__cause__)
    service = getattr(request.app.state, "service", None)
    if service is not None:
        service.road_watch.note_failed(failed.mode)
        try_again(request)
    return await _on_own_error(request, failed)


async def _on_store_error(request: Request, error: Exception) -> JSONResponse:
    """The store failed: whoever reads may hear what was known, see `api.stale_reads`."""
    kind = kind_of(error)
    if kind is Outage.FAULT:
        return await _on_unforeseen(request, error)
    logger.error("The store failed a request (%s): %s", kind, type(error).__name__)
    if kind in {Outage.GAVE_WAY, Outage.LOCKED}:
        try_again(request)
    if kind is not Outage.DOWN:
        return await _on_own_error(request, StoreBusy())
    service = getattr(request.app.state, "service", None)
    if service is not None:
        watch = service.store_watch
        watch.note_down(error, begun=request.scope.get(BEGUN, watch.returns))
    return await _on_own_error(request, StoreDown())


async def _on_not_kept(request: Request, error: Exception) -> JSONResponse:
    """A value that no column can hold; which one, only the driver knows, and it may be personal."""
    logger.error("The store refused a value of a request: %s", type(error).__name__)
    refusal = BadValue("The store cannot hold a value of the request: shorten what is very large.")
    return await _on_own_error(request, refusal)


async def _on_answered(_: Request, raised: Exception) -> Response:
    """Give the answer of the first time again."""
    first = cast("Answered", raised)
    headers = {**first.headers, "idempotent-replayed": "true"}
    return Response(first.body, first.status, headers, media_type="application/json")


async def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    """Fields that do not fit their schema; the input itself is not repeated."""
    invalid = cast("RequestValidationError", error)
    findings = [finding(item) for item in invalid.errors()]
    first = findings[0]
    sentence = f"{first['where']}: {first['message']}."
    if len(findings) > 1:
        sentence += f" There are {len(findings) - 1} more findings in errors."
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", sentence, errors=findings)


_MEMBER = re.compile(r"<[A-Za-z_.]+: ('[^']*')>")
"""How Python writes a member of an enumeration, and its value."""


def finding(item: Mapping[str, Any]) -> dict[str, str]:
    """
    Say where and what is wrong, in words that can be shown.

    Parameters
    ----------
    item
        What pydantic says of one field.

    Returns
    -------
    finding
        ``where``, with dots between the names of fields, and ``message`` without full stop.
    """
    where = ".".join(str(part) for part in item["loc"])
    if item["type"] in {"dict_type", "model_type", "model_attributes_type"}:
        return {"where": where, "message": "Input should be an object with named fields"}
    message = str(item["msg"]).rstrip(".").removeprefix("Value error, ")
    message = _MEMBER.sub(r"\1", message).replace(" after validation", "")
    if item["type"] in {"too_long", "too_short"} and isinstance(item.get("input"), str):
        message = message.replace(" item", " character")
    return {"where": where, "message": message}


async def _on_http(_: Request, error: Exception) -> JSONResponse:
    """An error raised by the web framework itself."""
    http = cast("HTTPException", error)
    code = _CODE_OF_STATUS.get(http.status_code, "bad_request")
    sentence = f"{str(http.detail).rstrip('.')}."
    response = problem(http.status_code, code, sentence)
    response.headers.update(http.headers or {})
    return response


def _route(request: Request) -> str:
    """Template of the route that was asked: what fills it in may be a key or a name."""
    return str(getattr(request.scope.get("route"), "path", "(none)"))


async def _on_unforeseen(request: Request, error: Exception) -> JSONResponse:
    """Whatever nobody foresaw: logged with its traceback, told without it."""
    logger.error("%s %s failed", request.method, _route(request), exc_info=error)
    sentence = "Something went wrong inside the service; the log holds the details."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "error", sentence)
