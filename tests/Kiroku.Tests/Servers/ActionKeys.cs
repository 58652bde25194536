using System.Runtime.CompilerServices;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Work;

namespace Kiroku.Tests.Servers;

/// <summary>The keys that POST …/action knows.</summary>
internal static class ActionKeys
{
    /// <summary>The keys of recorded actions.</summary>
    public static IReadOnlyList<string> Recorded { get; } =
    [
        .. typeof(Workflow).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(Workflow)))
            .Select(type => ((Workflow)Bare(type)).Route?.Key).OfType<string>(),
        .. new[] { typeof(LockServer), typeof(UnlockServer) }.Select(KeyOf),
    ];

    public static IReadOnlyList<string> All { get; } =
    [
        .. Recorded,
        KeyOf(typeof(ConsoleOutput)),
        KeyOf(typeof(PasswordChange)),
    ];

    private static string KeyOf(Type type) => ((IServerAction)Bare(type)).Key;

    /// <summary>An instance without its dependencies, since the key does not depend on them.</summary>
    private static object Bare(Type type) => RuntimeHelpers.GetUninitializedObject(type);
}
