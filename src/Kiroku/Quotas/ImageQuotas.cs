using System.Data.Common;
using System.Globalization;
using Dapper;
using Kiroku.Api;
using Microsoft.Extensions.Options;

namespace Kiroku.Quotas;

/// <summary>
/// What a project may have of images, by Glance's names and in its words (glance/quota/keystone.py, oslo_limit). All of
/// it is counted in the transaction that adds to it, so that several at once do not pass together.
/// </summary>
internal sealed class ImageQuotas(IOptions<QuotasOptions> options)
{
    public const long MiB = 1024 * 1024;
    private const string SizeTotal = "image_size_total";
    private const string CountTotal = "image_count_total";
    private const string CountUploading = "image_count_uploading";

    /// <summary>An image counts with its bytes, or with what its upload has taken for them.</summary>
    private const string BytesOf =
        """
        SELECT CAST(COALESCE(SUM(
            CASE WHEN status = 'saving' THEN COALESCE(reserved, 0) ELSE COALESCE(size, 0) END), 0) AS BIGINT)
        FROM images WHERE owner = @owner AND id <> @except
        """;

    /// <summary>Sees that the project may have one image more.</summary>
    /// <exception cref="Fault">413 as Glance's.</exception>
    public async Task RequireOneMoreAsync(DbConnection connection, string owner)
        => await RequireAsync(connection, owner, CountTotal, "SELECT COUNT(*) FROM images WHERE owner = @owner");

    /// <summary>The same where the image is one that Nova makes.</summary>
    /// <exception cref="Fault">403 as Nova's (nova/exception.py, ImageQuotaExceeded).</exception>
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

    /// <summary>Sees that the project may have one upload more at a time.</summary>
    /// <exception cref="Fault">413.</exception>
    public async Task RequireOneMoreUploadAsync(DbConnection connection, string owner)
        => await RequireAsync(
            connection, owner, CountUploading,
            "SELECT COUNT(*) FROM images WHERE owner = @owner AND status = 'saving'");

    /// <summary>
    /// How many bytes an image of the project may have beside the others; the largest number for no limit.
    /// </summary>
    public async Task<long> RoomAsync(DbConnection connection, string owner, string imageId)
    {
        var limit = await LimitAsync(connection, owner, SizeTotal, options.Value.ImageSizeTotal);
        if (limit < 0)
            return long.MaxValue;
        return Math.Max(
            0, (limit * MiB) - await connection.ExecuteScalarAsync<long>(BytesOf, new { owner, except = imageId }));
    }

    /// <summary>The refusal of bytes for which there is no room.</summary>
    public async Task<Fault> TooManyBytesAsync(DbConnection connection, string owner, string imageId, long wanted)
    {
        var limit = await LimitAsync(connection, owner, SizeTotal, options.Value.ImageSizeTotal);
        var used = await connection.ExecuteScalarAsync<long>(BytesOf, new { owner, except = imageId });
        return Over(owner, SizeTotal, limit, (used + MiB - 1) / MiB, (wanted + MiB - 1) / MiB);
    }

    private async Task RequireAsync(DbConnection connection, string owner, string resource, string count)
    {
        var otherwise = resource == CountTotal ? options.Value.ImageCountTotal : options.Value.ImageCountUploading;
        var limit = await LimitAsync(connection, owner, resource, otherwise);
        if (limit >= 0 && await connection.ExecuteScalarAsync<long>(count, new { owner }) is var used && used >= limit)
            throw Over(owner, resource, limit, used, 1);
    }

    /// <summary>The project's own limit, if it was given one, or that of all.</summary>
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
