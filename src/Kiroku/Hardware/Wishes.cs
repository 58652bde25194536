namespace Kiroku.Hardware;

/// <summary>
/// All that an image's properties and a flavor's extra specs ask for. What cannot be read counts as not asked: whoever
/// accepts a server has checked it.
/// </summary>
internal sealed class Wishes(
    IReadOnlyDictionary<string, string> image, IReadOnlyDictionary<string, string> flavor, int vcpus)
{
    private readonly IReadOnlyDictionary<string, string> image = ImageProperties.Named(image);

    public int Vcpus => vcpus;

    public IEnumerable<AskedWish> OfImage => image.Select(pair => AskedWish.Of(ImageProperties.Find(pair.Key), pair))
        .OfType<AskedWish>();

    public IEnumerable<AskedWish> OfFlavor => flavor.Select(pair => AskedWish.Of(FlavorSpecs.Find(pair.Key), pair))
        .OfType<AskedWish>();

    /// <summary>An image's property in the form that is compared; null if it has none that can be read.</summary>
    public string? Image(string name)
        => image.TryGetValue(name, out var value) && ImageProperties.Find(name)!.Value is var values
            && values.RefusalInImage(value) is null ? values.Canonical(value) : null;

    /// <summary>A flavor's extra spec; null if it has none that can be read.</summary>
    public string? Flavor(string name)
        => flavor.TryGetValue(name, out var value) && FlavorSpecs.Find(name)!.Value.RefusalInFlavor(value) is null
            ? value : null;

    /// <summary>What the image says by "hw_" and that name or, if it says nothing, the flavor by "hw:".</summary>
    public string? Either(string name) => Image($"hw_{name}") ?? Flavor($"hw:{name}");

    public bool? EitherTruth(string name) => Either(name) is { } value ? YesOrNo.IsTrue(value) : null;

    public bool ImageTruth(string name) => YesOrNo.IsTrue(Image(name));

    public int ImageNumber(string name) => Bounded(Image(name));

    public int FlavorNumber(string name) => Bounded(Flavor(name));

    public long? Quota(string name) => Number.Read(Flavor($"quota:{name}"));

    private static int Bounded(string? value) => (int)Math.Clamp(Number.Read(value) ?? 0, 0, int.MaxValue);
}

/// <summary>A wish with the name and the value by which it is asked for.</summary>
internal sealed record AskedWish(Wish Wish, string Name, string Value)
{
    public static AskedWish? Of(Wish? wish, KeyValuePair<string, string> pair)
        => wish is null ? null : new AskedWish(wish, pair.Key, pair.Value);
}
