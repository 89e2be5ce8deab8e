"""Speak the Model Context Protocol, by its official package.

The package is loaded when the first agent comes: it takes 24 MB and half a second.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import mcp_types as types
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from app.http.responses import dumps
from app.mcp import proposing
from app.mcp.arguments import read_arguments
from app.mcp.asking import Ask, AskInside, Refused
from app.mcp.guide import INSTRUCTIONS, PROMPTS, RESOURCES, find_resource, prompt_text
from app.mcp.presenter import Json
from app.mcp.tool import Asked, Tool
from app.mcp.tools import BY_NAME, TOOLS, answer

Context = ServerRequestContext[Any, Any]
JSON = "application/json"
READING = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)

PROPOSING = types.ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def make_server(asking: Callable[[Context], Ask]) -> Server[Any]:
    """Make a server whose tools ask whom `asking` names for a request."""

    async def call_tool(ctx: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = BY_NAME.get(params.name)
        if tool is None and params.name != proposing.NAME:
            names = _listed([*BY_NAME, proposing.NAME])
            raise _invalid(f"There is no tool {params.name[:80]!r}; there are {names}.")
        sent = params.arguments or {}
        try:
            if tool is None:
                made = await proposing.propose(sent, asking(ctx))
            else:
                made = await _answer(tool, sent, asking(ctx))
        except Refused as refused:
            return types.CallToolResult(
                content=[types.TextContent(text=_words_of(refused))],
                structured_content={"error": _refusal(refused)},
                is_error=True,
            )
        content = types.TextContent(text=dumps(made).decode())
        return types.CallToolResult(content=[content], structured_content=made)

    async def list_resources(
        ctx: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=await _resources(asking(ctx)))

    async def read_resource(
        ctx: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        found = find_resource(params.uri)
        if found is None:
            raise _invalid(f"There is no resource at {params.uri[:200]}.")
        resource, sent = found
        try:
            made = await _answer(BY_NAME[resource.tool], sent, asking(ctx))
        except Refused as refused:
            raise _invalid(_words_of(refused)) from None
        text = types.TextResourceContents(uri=params.uri, text=dumps(made).decode(), mime_type=JSON)
        return types.ReadResourceResult(contents=[text])

    return Server(
        "parley",
        title="Parley",
        version="1",
        description="Who wants what in a negotiation, in their own words.",
        instructions=INSTRUCTIONS,
        on_list_tools=_list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=_list_templates,
        on_read_resource=read_resource,
        on_list_prompts=_list_prompts,
        on_get_prompt=_get_prompt,
    )


def inside(ctx: Context) -> Ask:
    """Ask this application, for the client of the request that a message came with."""
    if ctx.request is None:
        raise RuntimeError("This message did not come over HTTP.")
    return AskInside.for_request(ctx.request)


async def _answer(tool: Tool, sent: Mapping[str, Any], ask: Ask) -> Json:
    return await answer(Asked(tool, read_arguments(tool.arguments, sent)), ask)


async def _list_tools(
    ctx: Context, params: types.PaginatedRequestParams | None
) -> types.ListToolsResult:
    return types.ListToolsResult(
        tools=[
            types.Tool(
                name=proposing.NAME,
                title=proposing.TITLE,
                description=proposing.DESCRIPTION,
                input_schema=proposing.schema(),
                annotations=PROPOSING,
            ),
            *(
                types.Tool(
                    name=tool.name,
                    title=tool.title,
                    description=tool.description,
                    input_schema=tool.schema,
                    annotations=READING,
                )
                for tool in TOOLS
            ),
        ]
    )


async def _resources(ask: Ask) -> list[types.Resource]:
    """List what has no argument, and who wants what in the first negotiations."""
    [every, *_], wanted = RESOURCES, next(r for r in RESOURCES if r.name == "who-wants-what")
    try:
        rows = (await ask("/negotiations"))["data"]
    except Refused as refused:
        raise _invalid(_words_of(refused)) from None
    about = [
        (wanted.template.format(negotiation=row["slug"]), f"{wanted.title}: {row['title']}", wanted)
        for row in rows
    ]
    return [
        types.Resource(
            uri=uri, name=uri.removeprefix("parley://"), title=title,
            description=resource.description, mime_type=JSON,
        )
        for uri, title, resource in [(every.template, every.title, every), *about]
    ]  # fmt: skip


async def _list_templates(
    ctx: Context, params: types.PaginatedRequestParams | None
) -> types.ListResourceTemplatesResult:
    return types.ListResourceTemplatesResult(
        resource_templates=[
            types.ResourceTemplate(
                uri_template=resource.template,
                name=resource.name,
                title=resource.title,
                description=resource.description,
                mime_type=JSON,
            )
            for resource in RESOURCES
            if "{" in resource.template
        ]
    )


async def _list_prompts(
    ctx: Context, params: types.PaginatedRequestParams | None
) -> types.ListPromptsResult:
    return types.ListPromptsResult(
        prompts=[
            types.Prompt(
                name=prompt.name,
                title=prompt.title,
                description=prompt.description,
                arguments=[
                    types.PromptArgument(name=name, description=about, required=required)
                    for name, (about, required) in prompt.arguments.items()
                ],
            )
            for prompt in PROMPTS
        ]
    )


async def _get_prompt(ctx: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
    found = {prompt.name: prompt for prompt in PROMPTS}
    prompt = found.get(params.name)
    if prompt is None:
        raise _invalid(f"There is no prompt {params.name[:80]!r}; there are {_listed(found)}.")
    try:
        text = prompt_text(prompt, params.arguments or {})
    except Refused as refused:
        raise _invalid(_words_of(refused)) from None
    message = types.PromptMessage(role="user", content=types.TextContent(text=text))
    return types.GetPromptResult(description=prompt.description, messages=[message])


def _invalid(words: str) -> MCPError:
    return MCPError(code=types.INVALID_PARAMS, message=words)


def _refusal(refused: Refused) -> Json:
    return {"title": refused.title, "detail": refused.detail, "errors": list(refused.faults)}


def _words_of(refused: Refused) -> str:
    """Say in one text why a call was refused, each fault that this does not say yet in a line."""
    more = [fault for fault in refused.faults if fault not in refused.detail]
    return "\n".join([f"{refused.title}: {refused.detail}", *more])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
