using System.Text.Json.Serialization;

namespace Kiroku.Actions;

/// <summary>
/// What an action changed of its server: the values before it and after it, of those alone that differ. While it runs,
/// there are all values that it may change as they were before it, and those that are new already.
/// </summary>
internal sealed record Changes(Traits Before, Traits? After)
{
    /// <summary>The changes of an action that makes its server.</summary>
    public static readonly Changes OfNewServer = new(Traits.None, null);

    /// <summary>The changes once the action has ended.</summary>
    /// <param name="left">All values as the action leaves them.</param>
    /// <returns>Null if it changed nothing.</returns>
    public Changes? Settle(Traits left)
    {
        var (before, after) = (Before.Without(left), left.Without(Before));
        return before == Traits.None && after == Traits.None ? null : new Changes(before, after);
    }
}

/// <summary>
/// What actions may change of a server, as it is at one moment; null where there is nothing, or nothing to tell. Stored
/// under the short names, which are only added to.
/// </summary>
internal sealed record Traits
{
    public static readonly Traits None = new();

    [JsonPropertyName("f")]
    public FlavorTrait? Flavor { get; init; }

    [JsonPropertyName("i")]
    public string? Image { get; init; }

    [JsonPropertyName("r")]
    public string? RescueImage { get; init; }

    [JsonPropertyName("h")]
    public string? Host { get; init; }

    /// <summary>The generation of its disk.</summary>
    [JsonPropertyName("d")]
    public int? Disk { get; init; }

    /// <summary>The generation of the disk that it can go back to.</summary>
    [JsonPropertyName("o")]
    public int? FormerDisk { get; init; }

    [JsonPropertyName("n")]
    public string? Name { get; init; }

    [JsonPropertyName("t")]
    public string? Description { get; init; }

    [JsonPropertyName("l")]
    public string? Hostname { get; init; }

    [JsonPropertyName("k")]
    public string? KeyName { get; init; }

    [JsonPropertyName("z")]
    public string? PinnedZone { get; init; }

    [JsonPropertyName("s")]
    public string? VmState { get; init; }

    /// <summary>An image that was made of its disk.</summary>
    [JsonPropertyName("m")]
    public string? CreatedImage { get; init; }

    /// <summary>These without those that are the same there.</summary>
    public Traits Without(Traits other) => new()
    {
        Flavor = Differing(Flavor, other.Flavor),
        Image = Differing(Image, other.Image),
        RescueImage = Differing(RescueImage, other.RescueImage),
        Host = Differing(Host, other.Host),
        Disk = Differing(Disk, other.Disk),
        FormerDisk = Differing(FormerDisk, other.FormerDisk),
        Name = Differing(Name, other.Name),
        Description = Differing(Description, other.Description),
        Hostname = Differing(Hostname, other.Hostname),
        KeyName = Differing(KeyName, other.KeyName),
        PinnedZone = Differing(PinnedZone, other.PinnedZone),
        VmState = Differing(VmState, other.VmState),
        CreatedImage = Differing(CreatedImage, other.CreatedImage),
    };

    private static T? Differing<T>(T? mine, T? other)
        => EqualityComparer<T?>.Default.Equals(mine, other) ? default : mine;
}

/// <summary>A flavor as Nova shows it: up to 2.46 by its id, from 2.47 on by its name.</summary>
internal sealed record FlavorTrait(
    [property: JsonPropertyName("i")] string Id, [property: JsonPropertyName("n")] string Name);
