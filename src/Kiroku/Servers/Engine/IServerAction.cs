using System.Text.Json;

namespace Kiroku.Servers.Engine;

/// <summary>One action of POST …/action, known by its key in the body.</summary>
internal interface IServerAction
{
    /// <summary>The body's only key, such as "os-start".</summary>
    string Key { get; }

    /// <summary>Does the action at once, or accepts it.</summary>
    /// <exception cref="Kiroku.Api.Fault">The request is refused.</exception>
    Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body);
}
