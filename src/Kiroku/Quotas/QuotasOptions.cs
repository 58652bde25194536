using System.ComponentModel.DataAnnotations;

namespace Kiroku.Quotas;

/// <summary>What a project may have where nobody has set it for that project. Section "Quotas"; Nova's defaults, -1 for no limit.</summary>
internal sealed class QuotasOptions
{
    public const string Section = "Quotas";

    [Range(-1, int.MaxValue)]
    public int Instances { get; init; } = 10;

    [Range(-1, int.MaxValue)]
    public int Cores { get; init; } = 20;

    /// <summary>Memory of all servers, MiB.</summary>
    [Range(-1, int.MaxValue)]
    public int Ram { get; init; } = 50 * 1024;

    /// <summary>Metadata of one server.</summary>
    [Range(-1, int.MaxValue)]
    public int MetadataItems { get; init; } = 128;

    /// <summary>Key pairs of one user.</summary>
    [Range(-1, int.MaxValue)]
    public int KeyPairs { get; init; } = 100;

    /// <summary>Bytes of all images of a project, MiB; this and the next two by Glance's names (glance/quota/keystone.py).</summary>
    [Range(-1, int.MaxValue)]
    public int ImageSizeTotal { get; init; } = 100 * 1024;

    /// <summary>Images of a project, with or without their bytes.</summary>
    [Range(-1, int.MaxValue)]
    public int ImageCountTotal { get; init; } = 200;

    /// <summary>Uploads of a project at a time.</summary>
    [Range(-1, int.MaxValue)]
    public int ImageCountUploading { get; init; } = 20;
}
