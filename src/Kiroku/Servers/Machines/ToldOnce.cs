namespace Kiroku.Servers.Machines;

/// <summary>
/// What the request that makes a config drive tells the guest and nobody keeps: a password and files.
/// </summary>
internal sealed record ToldOnce(string? AdminPass, IReadOnlyList<GivenFile>? Files)
{
    public static readonly ToldOnce Nothing = new(null, null);
}

/// <summary>A file for the guest, its contents in base 64.</summary>
internal sealed record GivenFile(string Path, string Contents);
