namespace Kiroku.Servers.Work;

/// <summary>A kind of console: its key in POST …/action, and the types that the body may name.</summary>
internal sealed record ConsoleKind(string Key, params string[] Types)
{
    public static readonly IReadOnlyList<ConsoleKind> All =
    [
        new("os-getVNCConsole", "novnc", "xvpvnc"),
        new("os-getSPICEConsole", "spice-html5"),
        new("os-getRDPConsole", "rdp-html5"),
        new("os-getSerialConsole", "serial"),
    ];
}
