using Kiroku.Actions;

namespace Kiroku.CommandLine.Tour;

/// <summary>One action of the tour, with the record and the guest's report that it must produce.</summary>
internal sealed record Stage(string Action, string What)
{
    public string Key { get; init; } = Action;

    /// <summary>The server's status after the action.</summary>
    public required string Status { get; init; }

    /// <summary>The events that the API's documentation shows for the action, the newest first.</summary>
    public required IReadOnlyList<Expected> Events { get; init; }

    public required GuestTells Guest { get; init; }

    /// <summary>The flavor that the server is resized to.</summary>
    public string? Flavor { get; init; }

    /// <summary>The flavor that the guest must see.</summary>
    public string GuestFlavor { get; init; } = Nano;

    public const string Nano = "m1.nano";
    public const string Micro = "m1.micro";

    /// <summary>
    /// The tour's stages: all nine actions. The documentation shows rebuild and revert on a stopped server, with a
    /// stop inside them, and so do we. The other resize is of a running server, so that the guest can report the
    /// result.
    /// </summary>
    public static readonly IReadOnlyList<Stage> All =
    [
        new(ActionNames.Reboot, "the guest is asked to switch off, and starts again")
        {
            Status = "ACTIVE", Events = [new(EventNames.Reboot)], Guest = GuestTells.NewBoot,
        },
        new(ActionNames.Stop, "the guest is asked to switch off")
        {
            Key = "os-stop", Status = "SHUTOFF", Events = [new(EventNames.Stop)], Guest = GuestTells.PowerOff,
        },
        new(ActionNames.Rebuild, "a fresh disk from the image; a stopped server is started and stopped inside")
        {
            Status = "SHUTOFF", Events = [new(EventNames.Stop, EventNames.Rebuild), new(EventNames.Rebuild)],
            Guest = GuestTells.FreshDisk,
        },
        new(ActionNames.Resize, "to m1.micro, on a copy of the disk; the old one stays")
        {
            Status = "VERIFY_RESIZE", Events = OfResize, Guest = GuestTells.Nothing, Flavor = Micro,
        },
        new(ActionNames.RevertResize, "back to m1.nano and the disk it had")
        {
            Status = "SHUTOFF", Guest = GuestTells.Nothing,
            Events = [new(EventNames.Stop, EventNames.FinishRevertResize), new(EventNames.FinishRevertResize),
                new(EventNames.RevertResize)],
        },
        new(ActionNames.Start, "on the fresh disk, with m1.nano's size")
        {
            Key = "os-start", Status = "ACTIVE", Events = [new(EventNames.Start)], Guest = GuestTells.NewBoot,
        },
        new(ActionNames.Resize, "to m1.micro, while it runs")
        {
            Status = "VERIFY_RESIZE", Events = OfResize, Guest = GuestTells.NewBoot, Flavor = Micro,
            GuestFlavor = Micro,
        },
        new(ActionNames.ConfirmResize, "the old disk is given up; the guest notices nothing")
        {
            Status = "ACTIVE", Events = [new(EventNames.ConfirmResize)], Guest = GuestTells.Nothing,
        },
        new(ActionNames.Shelve, "the machine is given up; only the disk stays")
        {
            Status = "SHELVED_OFFLOADED", Events = [new(EventNames.ShelveOffload)], Guest = GuestTells.Gone,
        },
        new(ActionNames.Unshelve, "a machine on that disk again")
        {
            Status = "ACTIVE", Events = [new(EventNames.Unshelve), new(EventNames.ScheduleInstances)],
            Guest = GuestTells.NewBoot, GuestFlavor = Micro,
        },
    ];

    private static IReadOnlyList<Expected> OfResize =>
        [new(EventNames.FinishResize), new(EventNames.ResizeInstance), new(EventNames.PrepResize),
            new(EventNames.ColdMigrate)];
}

/// <summary>A required event, and the event inside which it must lie.</summary>
internal sealed record Expected(string Name, string? Inside = null);

/// <summary>What the guest must report on its serial console.</summary>
internal enum GuestTells
{
    Nothing,

    /// <summary>It booted again on the same disk.</summary>
    NewBoot,

    /// <summary>It noticed the power button and switched itself off.</summary>
    PowerOff,

    /// <summary>It booted for the first time on a new disk, then switched itself off.</summary>
    FreshDisk,

    /// <summary>The machine is gone.</summary>
    Gone,
}
