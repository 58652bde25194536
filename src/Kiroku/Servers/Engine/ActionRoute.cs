using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Servers.Engine;

/// <summary>
/// How POST …/action asks for an action: the key in the body, and all that is checked before the server's grain is
/// asked.
/// </summary>
/// <param name="Key">The body's only key, such as "os-start".</param>
/// <param name="Rule">The rule that guards it.</param>
internal sealed record ActionRoute(string Key, Rule Rule)
{
    /// <summary>The first microversion that has the key.</summary>
    public Microversion Since { get; init; } = Microversion.Minimum;

    /// <summary>
    /// The schema of the body, by microversion and by whether the request comes under /v2, which checks less.
    /// </summary>
    public Func<Microversion, bool, Schema> Body { get; init; } = (_, _) => Schema.Any;

    /// <summary>The status of the answer once the action is accepted.</summary>
    public int Status { get; init; } = StatusCodes.Status202Accepted;

    /// <summary>Whether the action is also allowed on a locked server.</summary>
    public bool PassesLocks { get; init; }
}
