using System.ComponentModel.DataAnnotations;

namespace Kiroku.Quotas;

/// <summary>
/// What a project may have where an administrator has set nothing else for it (<c>os-quota-sets</c>). Nova's defaults;
/// -1 for no limit.
/// </summary>
internal sealed class QuotasOptions
{
    public const string Section = "Quotas";

    /// <summary>Servers of a project.</summary>
    [Range(-1, int.MaxValue)]
    public int Instances { get; init; } = 10;

    /// <summary>Virtual processors of all its servers.</summary>
    [Range(-1, int.MaxValue)]
    public int Cores { get; init; } = 20;

    /// <summary>Memory of all its servers, in MiB.</summary>
    [Range(-1, int.MaxValue)]
    public int Ram { get; init; } = 50 * 1024;

    /// <summary>Metadata items of one server.</summary>
    [Range(-1, int.MaxValue)]
    public int MetadataItems { get; init; } = 128;

    /// <summary>Key pairs of one user.</summary>
    [Range(-1, int.MaxValue)]
    public int KeyPairs { get; init; } = 100;

    /// <summary>
    /// Bytes of all images of a project, in MiB. This and the next two have Glance's names (glance/quota/keystone.py).
    /// </summary>
    [Range(-1, int.MaxValue)]
    public int ImageSizeTotal { get; init; } = 100 * 1024;

    /// <summary>Images of a project, with their bytes or without.</summary>
    [Range(-1, int.MaxValue)]
    public int ImageCountTotal { get; init; } = 200;

    /// <summary>Uploads of a project at a time.</summary>
    [Range(-1, int.MaxValue)]
    public int ImageCountUploading { get; init; } = 20;
}
