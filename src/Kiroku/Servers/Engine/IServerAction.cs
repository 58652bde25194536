using System.Text.Json;

namespace Kiroku.Servers.Engine;

/// <summary>What POST …/action does for one key of its body.</summary>
internal interface IServerAction
{
    /// <summary>The body's one key, as "os-start".</summary>
    string Key { get; }

    /// <summary>Does it, or accepts to.</summary>
    /// <exception cref="Kiroku.Api.Fault">What is wrong with the request.</exception>
    Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body);
}
