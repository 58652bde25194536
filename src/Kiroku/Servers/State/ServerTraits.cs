using Kiroku.Actions;

namespace Kiroku.Servers.State;

/// <summary>What the record keeps of a server, to tell at an action's end what that changed.</summary>
internal static class ServerTraits
{
    /// <summary>
    /// An action's changes as it begins: what its acceptance changed, and all that its steps may change as it was.
    /// Names and labels also change while it runs, outside it, so those are not compared at its end.
    /// </summary>
    /// <param name="seen">The server before the acceptance.</param>
    /// <param name="begun">The server while the action runs.</param>
    public static Changes Begin(Server seen, Server begun)
    {
        var (were, are) = (NotesOf(seen), NotesOf(begun));
        var (before, after) = (were.Without(are), are.Without(were));
        return new Changes(WithStates(before, seen), after == Traits.None ? null : after);
    }

    /// <summary>The same of an action that does nothing but set the state.</summary>
    public static Changes BeginWithState(Server seen, Server begun)
    {
        var changes = Begin(seen, begun);
        return changes with { Before = changes.Before with { VmState = seen.VmState } };
    }

    /// <summary>What an action that ends leaves of the server; null if nobody looks what it changed.</summary>
    public static Traits? Left(ActionRecord action, Server server)
        => action.Changes is not { } changes ? null : WithStates(changes.After ?? Traits.None, server) with
        {
            VmState = changes.Before.VmState is null ? null : server.VmState,
        };

    private static Traits NotesOf(Server server) => new()
    {
        Name = server.Name,
        Description = server.Description,
        Hostname = server.Labels.Hostname,
        KeyName = server.Labels.Key?.Name,
        PinnedZone = server.Labels.PinnedZone,
    };

    private static Traits WithStates(Traits traits, Server server) => traits with
    {
        Flavor = new FlavorTrait(server.Flavor.Id, server.Flavor.Name),
        Image = server.ImageId,
        RescueImage = server.RescueImageId,
        Host = server.Deleted ? null : server.Host,
        Disk = server.Disk?.Generation,
        FormerDisk = server.Former?.Disk.Generation,
    };
}
