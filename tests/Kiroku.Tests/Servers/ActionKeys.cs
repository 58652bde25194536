using System.Runtime.CompilerServices;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Work;

namespace Kiroku.Tests.Servers;

/// <summary>The keys by which POST …/action does something.</summary>
internal static class ActionKeys
{
    /// <summary>Those of what is recorded.</summary>
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

    /// <summary>A key depends on nothing that an action is made with.</summary>
    private static object Bare(Type type) => RuntimeHelpers.GetUninitializedObject(type);
}
