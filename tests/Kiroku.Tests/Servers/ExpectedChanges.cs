using Kiroku.Actions;
using Kiroku.Servers.State;

namespace Kiroku.Tests.Servers;

/// <summary>What the record must say that an action has changed.</summary>
internal static class ExpectedChanges
{
    private static readonly FlavorTrait Small = new(Cloud.Small, "m1.nano");
    private static readonly FlavorTrait Large = new(Cloud.Large, "m1.micro");

    /// <summary>Checks that the scenario's action, which ended well, has told just what it changed.</summary>
    public static void Assert(Scenario scenario, Server before, RecordedAction action)
    {
        var told = action.Action.Changes;
        Xunit.Assert.Equal(Of(scenario.Name.Split(" of ")[0], before, told?.After?.CreatedImage), told);
    }

    /// <summary>Checks that what an action told, however it ended, is how its server's rows differ.</summary>
    public static void AssertAsRowsDiffer(Server before, Server after, RecordedAction action)
    {
        var changes = action.Action.Changes;
        foreach (var (was, now, told) in new (object?, object?, Func<Traits, object?>)[]
        {
            (before.Flavor.Id, after.Flavor.Id, traits => traits.Flavor?.Id),
            (before.ImageId, after.ImageId, traits => traits.Image),
            (before.RescueImageId, after.RescueImageId, traits => traits.RescueImage),
            (before.Host, after.Host, traits => traits.Host),
            (before.Disk?.Generation, after.Disk?.Generation, traits => traits.Disk),
            (before.Former?.Disk.Generation, after.Former?.Disk.Generation, traits => traits.FormerDisk),
        })
            Xunit.Assert.Equal(
                Equals(was, now) ? (null, null) : (was, now),
                (changes is null ? null : told(changes.Before), changes?.After is { } left ? told(left) : null));
    }

    private static Changes? Of(string action, Server before, string? createdImage) => action switch
    {
        "resize" => new(
            new() { Flavor = Small, Disk = 1 }, new() { Flavor = Large, Disk = 2, FormerDisk = 1 }),
        "confirmResize" => new(new() { FormerDisk = 1 }, Traits.None),
        "revertResize" => new(
            new() { Flavor = Large, Disk = 2, FormerDisk = 1 }, new() { Flavor = Small, Disk = 1 }),
        "rebuild" => new(new() { Disk = 1 }, new() { Disk = 2 }),
        "shelve" => new(new() { Host = before.Host }, Traits.None),
        "unshelve" => new(Traits.None, new() { Host = before.Disk!.Host }),
        "rescue" => new(Traits.None, new() { RescueImage = before.ImageId }),
        "unrescue" => new(new() { RescueImage = before.ImageId }, Traits.None),
        "createImage" or "createBackup" => new(
            Traits.None, new() { CreatedImage = createdImage ?? "the id of the image" }),
        _ => null,
    };
}
