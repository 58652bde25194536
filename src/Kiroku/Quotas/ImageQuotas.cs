using System.Data.Common;
using System.Globalization;
using Dapper;
using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Quotas;

/// <summary>
/// A project's quotas for images, under Glance's names and with its messages (glance/quota/keystone.py, oslo_limit).
/// Use is counted in the transaction that adds to it, so that concurrent requests cannot exceed a limit together.
/// </summary>
internal sealed class ImageQuotas(IImageUsage usage, IOptions<QuotasOptions> options)
{
    public const long MiB = 1024 * 1024;
    private const string SizeTotal = "image_size_total";
    private const string CountTotal = "image_count_total";
    private const string CountUploading = "image_count_uploading";

    /// <summary>Makes sure that the project may have one more image.</summary>
    /// <exception cref="Fault">413 in Glance's words.</exception>
    public async Task RequireOneMoreAsync(DbConnection connection, string owner)
    {
        var limit = await LimitAsync(connection, owner, CountTotal, options.Value.ImageCountTotal);
        if (limit >= 0)
            RequireOneMore(owner, CountTotal, limit, await usage.CountAsync(connection, owner));
    }

    /// <summary>Makes sure that the project may have one more image, made by Nova.</summary>
    /// <exception cref="Fault">403 in Nova's words (nova/exception.py, ImageQuotaExceeded).</exception>
    public async Task RequireSnapshotAsync(DbConnection connection, string owner, string imageId)
    {
        try
        {
            await RequireOneMoreAsync(connection, owner);
            if (await RoomAsync(connection, owner, imageId) == 0)
                throw await TooManyBytesAsync(connection, owner, imageId, 1);
        }
        catch (Fault)
        {
            throw new Fault(403, $"Quota exceeded or out of space for image {imageId} in the image service.");
        }
    }

    /// <summary>Makes sure that the project may have one more upload at the same time.</summary>
    /// <exception cref="Fault">413 if it may not.</exception>
    public async Task RequireOneMoreUploadAsync(DbConnection connection, string owner)
    {
        var limit = await LimitAsync(connection, owner, CountUploading, options.Value.ImageCountUploading);
        if (limit >= 0)
            RequireOneMore(owner, CountUploading, limit, await usage.CountUploadsAsync(connection, owner));
    }

    /// <summary>
    /// The number of bytes left to one image beside the project's others; the largest number if there is no limit.
    /// </summary>
    public async Task<long> RoomAsync(DbConnection connection, string owner, string imageId)
    {
        var limit = await LimitAsync(connection, owner, SizeTotal, options.Value.ImageSizeTotal);
        if (limit < 0)
            return long.MaxValue;
        return Math.Max(0, (limit * MiB) - await usage.CountBytesAsync(connection, owner, imageId));
    }

    /// <summary>The refusal of an upload that is too large for the quota.</summary>
    public async Task<Fault> TooManyBytesAsync(DbConnection connection, string owner, string imageId, long wanted)
    {
        var limit = await LimitAsync(connection, owner, SizeTotal, options.Value.ImageSizeTotal);
        var used = await usage.CountBytesAsync(connection, owner, imageId);
        return Over(owner, SizeTotal, limit, (used + MiB - 1) / MiB, (wanted + MiB - 1) / MiB);
    }

    private static void RequireOneMore(string owner, string resource, long limit, long used)
    {
        if (used >= limit)
            throw Over(owner, resource, limit, used, 1);
    }

    /// <summary>The project's own limit if it has one, otherwise the general one.</summary>
    private static async Task<long> LimitAsync(DbConnection connection, string owner, string resource, int otherwise)
        => await connection.QueryFirstOrDefaultAsync<long?>(
            "SELECT hard_limit FROM quotas WHERE project_id = @owner AND resource = @resource", new { owner, resource })
                ?? otherwise;

    private static Fault Over(string owner, string resource, long limit, long used, long delta) => new(
        StatusCodes.Status413PayloadTooLarge,
        "The request returned a 413 Request Entity Too Large. This generally means that rate limiting or a quota "
            + "threshold was breached.\n\nThe response body:\n"
            + string.Create(
                CultureInfo.InvariantCulture,
                $"Project {owner} is over a limit for [Resource {resource} is over limit of {limit} due to current "
                    + $"usage {used} and delta {delta}]"));
}
