namespace Kiroku.CommandLine;

/// <summary>What a command that talks to a service finds around it, and where it prints.</summary>
internal sealed record Surroundings
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Where bytes go that are not to be looked at.</summary>
    public required Func<Stream> OpenOut { get; init; }

    /// <summary>Whether a person looks at what is printed, on something that can move and has colours.</summary>
    public required bool IsTerminal { get; init; }

    public required Func<string, string?> Variable { get; init; }

    /// <summary>The folders in which OpenStack's clients look for their files, in this order.</summary>
    public required IReadOnlyList<string> Folders { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Ends the command as Ctrl+C does.</summary>
    public CancellationToken Ended { get; init; }

    public static Surroundings OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        OpenOut = Console.OpenStandardOutput,
        IsTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb"),
        Variable = Environment.GetEnvironmentVariable,
        Folders = [Environment.CurrentDirectory, UserFolder, "/etc/openstack"],
    };

    private static string UserFolder => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } chosen
            ? chosen
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"),
        "openstack");
}
