using System.Text.Json.Serialization;
using Kiroku.Api;

namespace Kiroku.Actions.Live;

/// <summary>
/// What an action changed of its server; what it did not change is left out. What was not there, or is not any more, is
/// null.
/// </summary>
internal sealed record ChangesDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<FlavorDocument>? Flavor { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<string>? Image { get; init; }

    /// <summary>The image that it runs from while it is rescued.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<string>? RescueImage { get; init; }

    /// <summary>The image that was made of its disk.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<string>? CreatedImage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<string>? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<string>? Description { get; init; }

    /// <summary>The hostname that it was given instead of one made from its name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<string>? Hostname { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<string>? KeyName { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<string>? PinnedAvailabilityZone { get; init; }

    /// <summary>Its vm_state, of an action that does nothing but set it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<string>? VmState { get; init; }

    /// <summary>The host as users may tell hosts apart.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<string>? HostId { get; init; }

    /// <summary>For administrators, as all that follows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<string>? Host { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<int?>? DiskGeneration { get; init; }

    /// <summary>That of the disk to which it can go back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChangeDocument<int?>? FormerDiskGeneration { get; init; }

    /// <param name="changes">The changes.</param>
    /// <param name="projectId">The project for whose users hosts are told apart.</param>
    /// <param name="seesHosts">Whether the reader may see hosts by name.</param>
    /// <returns>Null if there is nothing that the reader may see.</returns>
    public static ChangesDocument? Of(Changes changes, string projectId, bool seesHosts)
    {
        var (before, after) = (changes.Before, changes.After ?? Traits.None);
        var shown = OfOwner(before, after) with
        {
            HostId = Change(HostIdOf(before), HostIdOf(after)),
        };
        if (seesHosts)
            shown = shown with
            {
                Host = Change(before.Host, after.Host),
                DiskGeneration = Change(before.Disk, after.Disk),
                FormerDiskGeneration = Change(before.FormerDisk, after.FormerDisk),
            };
        return shown == new ChangesDocument() ? null : shown;

        string? HostIdOf(Traits traits) => traits.Host is { } host ? HostIds.Of(projectId, host) : null;
    }

    private static ChangesDocument OfOwner(Traits before, Traits after) => new()
    {
        Flavor = Change(FlavorDocument.Of(before.Flavor), FlavorDocument.Of(after.Flavor)),
        Image = Change(before.Image, after.Image),
        RescueImage = Change(before.RescueImage, after.RescueImage),
        CreatedImage = Change(before.CreatedImage, after.CreatedImage),
        Name = Change(before.Name, after.Name),
        Description = Change(before.Description, after.Description),
        Hostname = Change(before.Hostname, after.Hostname),
        KeyName = Change(before.KeyName, after.KeyName),
        PinnedAvailabilityZone = Change(before.PinnedZone, after.PinnedZone),
        VmState = Change(before.VmState, after.VmState),
    };

    private static ChangeDocument<T>? Change<T>(T? before, T? after)
        => before is null && after is null ? null : new ChangeDocument<T>(before, after);
}

/// <summary>A value before an action and after it.</summary>
internal sealed record ChangeDocument<T>(T? Before, T? After);

/// <summary>A flavor as Nova shows it.</summary>
internal sealed record FlavorDocument(string Id, string Name)
{
    public static FlavorDocument? Of(FlavorTrait? flavor) => flavor is null ? null : new(flavor.Id, flavor.Name);
}
