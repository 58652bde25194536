using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Servers.Engine;

/// <summary>One action of POST …/action, known by its key in the body.</summary>
internal interface IServerAction
{
    /// <summary>The body's only key, such as "os-start".</summary>
    string Key { get; }

    /// <summary>The first microversion that has the key.</summary>
    Microversion Since => Microversion.Minimum;

    /// <summary>The last microversion that has the key.</summary>
    Microversion Until => Microversion.Maximum;

    /// <summary>Does the action at once, or accepts it.</summary>
    /// <exception cref="Fault">The request is refused.</exception>
    Task<IResult> ActAsync(HttpContext context, string serverId, JsonElement body);
}
