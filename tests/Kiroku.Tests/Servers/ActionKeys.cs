using System.Runtime.CompilerServices;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Work;

namespace Kiroku.Tests.Servers;

/// <summary>The keys that POST …/action knows.</summary>
internal static class ActionKeys
{
    private static readonly IReadOnlyList<ActionRoute> Routes =
    [
        .. typeof(Workflow).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(Workflow)))
            .Select(type => ((Workflow)Bare(type)).Route).OfType<ActionRoute>(),
    ];

    /// <summary>The keys of recorded actions.</summary>
    public static IReadOnlyList<string> Recorded { get; } =
    [
        .. Routes.Select(route => route.Key),
        .. new[] { typeof(LockServer), typeof(UnlockServer) }.Select(KeyOf),
    ];

    public static IReadOnlyList<string> All { get; } =
    [
        .. Recorded,
        KeyOf(typeof(ConsoleOutput)),
        KeyOf(typeof(PasswordChange)),
        "restore", "shelveOffload",
        .. ConsoleKind.All.Select(kind => kind.Key),
        .. new[]
        {
            typeof(AddSecurityGroup), typeof(RemoveSecurityGroup),
            typeof(AddFloatingIp), typeof(RemoveFloatingIp), typeof(AddFixedIp), typeof(RemoveFixedIp),
            typeof(InjectNetworkInfo), typeof(ResetNetwork),
        }.Select(KeyOf),
    ];

    /// <summary>The microversion from which on the key is there; null where that is the first.</summary>
    public static string? VersionOf(string key)
        => Routes.FirstOrDefault(route => route.Key == key)?.Since is { } since && since > Microversion.Minimum.Minor
            ? since.ToString() : null;

    /// <summary>The status of the answer to a request with the key.</summary>
    public static int StatusOf(string key)
        => Routes.FirstOrDefault(route => route.Key == key)?.Status ?? StatusCodes.Status202Accepted;

    /// <summary>The headers that a request with that body takes for its key to be there.</summary>
    public static (string Name, string Value)[] HeadersFor(string body)
        => body.Split('"') is [_, var key, ..] && VersionOf(key) is { } version
            ? [("OpenStack-API-Version", $"compute {version}")] : [];

    private static string KeyOf(Type type) => ((IServerAction)Bare(type)).Key;

    /// <summary>An instance without its dependencies, since the key does not depend on them.</summary>
    private static object Bare(Type type) => RuntimeHelpers.GetUninitializedObject(type);
}
