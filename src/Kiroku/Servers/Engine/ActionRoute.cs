using Kiroku.Access;
using Kiroku.Api;

namespace Kiroku.Servers.Engine;

/// <summary>
/// How POST …/action asks for an action: by the key of the body that stands for it. What is said here is seen to
/// before the server is asked.
/// </summary>
/// <param name="Key">The body's one key, as "os-start".</param>
/// <param name="Rule">The rule that guards it.</param>
internal sealed record ActionRoute(string Key, Rule Rule)
{
    /// <summary>The first version that has the key.</summary>
    public Microversion Since { get; init; } = Microversion.Minimum;

    /// <summary>What the body may hold, by version and by whether it is a relaxed one.</summary>
    public Func<Microversion, bool, Schema> Body { get; init; } = (_, _) => Schema.Any;

    /// <summary>The status of the answer once the action is accepted.</summary>
    public int Status { get; init; } = StatusCodes.Status202Accepted;

    /// <summary>Whether it is done to a locked server, too.</summary>
    public bool PassesLocks { get; init; }
}
