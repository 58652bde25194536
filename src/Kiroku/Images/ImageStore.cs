using System.Data.Common;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>What is known of images, in rows; their bytes are <see cref="ImageFiles"/>.</summary>
internal sealed class ImageStore(IDatabase database, TimeProvider time)
{
    /// <summary>Who sees an image; the one place that says so (glance/db/utils.py, is_image_visible).</summary>
    private const string Visible =
        """
        (@SeesAll = 1 OR owner = @ProjectId OR visibility IN ('public', 'community') OR (visibility = 'shared' AND EXISTS (
            SELECT 1 FROM image_members m WHERE m.image_id = images.id AND m.member_id = @ProjectId AND (@status = 'all' OR m.status = @status))))
        """;

    public Task<Image?> FindAsync(string id, CancellationToken cancellationToken)
        => database.ReadAsync(db => db.QuerySingleOrDefaultAsync<Image>("SELECT * FROM images WHERE id = @id", new { id }), cancellationToken);

    /// <summary>The image if there is one that the viewer may see and use; whether a member said yes to it or not.</summary>
    public Task<Image?> FindVisibleAsync(string id, ImageViewer viewer, CancellationToken cancellationToken)
        => database.ReadAsync(db => db.QuerySingleOrDefaultAsync<Image>(
            $"SELECT * FROM images WHERE id = @id AND {Visible}", new { id, viewer.ProjectId, viewer.SeesAll, status = ImageFilter.AnyStatus }), cancellationToken);

    /// <summary>All images that pass the filter and that the viewer may see; of those shared with it, those it says that to.</summary>
    public async Task<IReadOnlyList<Image>> ListAsync(ImageFilter filter, ImageViewer viewer, CancellationToken cancellationToken)
    {
        var images = await database.ReadAsync(db => db.QueryAsync<Image>(
            $"SELECT * FROM images WHERE {Visible}", new { viewer.ProjectId, viewer.SeesAll, status = filter.MemberStatus }), cancellationToken);
        return [.. images.Where(image => filter.Passes(image, viewer))];
    }

    /// <returns>False if there is an image of that id.</returns>
    public Task<bool> AddAsync(Image image, CancellationToken cancellationToken)
        => database.WriteAsync(db => AddAsync(db, image), cancellationToken);

    /// <summary>The same within the caller's transaction.</summary>
    public static async Task<bool> AddAsync(DbConnection db, Image image)
        => await db.ExecuteAsync(
            """
            INSERT INTO images (id, name, owner, visibility, status, disk_format, container_format, min_disk, min_ram, protected,
                os_hidden, tags, properties, created_at, updated_at)
            VALUES (@Id, @Name, @Owner, @Visibility, @Status, @DiskFormat, @ContainerFormat, @MinDisk, @MinRam, @Protected,
                @OsHidden, @Tags, @Properties, @CreatedAt, @UpdatedAt)
            ON CONFLICT (id) DO NOTHING
            """, image) == 1;

    /// <returns>False unless the image waited for its bytes: someone else is sending them, or they are there.</returns>
    public Task<bool> BeginUploadAsync(Image image, CancellationToken cancellationToken)
        => MoveAsync(image, ImageStatus.Queued, ImageStatus.Saving, null, cancellationToken);

    public Task<bool> AbandonUploadAsync(Image image)
        => MoveAsync(image, ImageStatus.Saving, ImageStatus.Queued, null, CancellationToken.None);

    /// <returns>False if the image was deleted meanwhile.</returns>
    public Task<bool> FinishUploadAsync(Image image, ImageContent content, CancellationToken cancellationToken)
        => MoveAsync(image, ImageStatus.Saving, ImageStatus.Active, content, cancellationToken);

    /// <summary>Changes what is said of an image as it stands at that moment; a change that throws leaves it so.</summary>
    /// <returns>The image as it is now; null if there is none.</returns>
    public Task<Image?> ChangeAsync(string id, Func<Image, Image> change, CancellationToken cancellationToken)
        => database.WriteAsync(async db =>
        {
            if (await db.QuerySingleOrDefaultAsync<Image>("SELECT * FROM images WHERE id = @id", new { id }) is not { } image)
                return null;
            var changed = change(image) with { UpdatedAt = time.UtcNow() };
            await db.ExecuteAsync(
                """
                UPDATE images SET name = @Name, owner = @Owner, visibility = @Visibility, status = @Status, disk_format = @DiskFormat,
                    container_format = @ContainerFormat, min_disk = @MinDisk, min_ram = @MinRam, protected = @Protected,
                    os_hidden = @OsHidden, tags = @Tags, properties = @Properties, updated_at = @UpdatedAt
                WHERE id = @Id
                """, changed);
            return changed;
        }, cancellationToken);

    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
        => await database.WriteAsync(async db =>
        {
            await db.ExecuteAsync("DELETE FROM image_members WHERE image_id = @id", new { id });
            return await db.ExecuteAsync("DELETE FROM images WHERE id = @id", new { id });
        }, cancellationToken) == 1;

    /// <summary>Takes images whose upload a stopped process left behind back to the start.</summary>
    /// <returns>The ids of the images whose bytes are there.</returns>
    public async Task<IReadOnlySet<string>> RecoverAsync(CancellationToken cancellationToken)
        => (await database.WriteAsync(async db =>
        {
            await db.ExecuteAsync("UPDATE images SET status = @Queued WHERE status = @Saving", new { ImageStatus.Queued, ImageStatus.Saving });
            return await db.QueryAsync<string>("SELECT id FROM images WHERE status <> @Queued", new { ImageStatus.Queued });
        }, cancellationToken)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Leaves this the only image of its name that its owner's lists show.</summary>
    public Task SupersedeAsync(Image image, CancellationToken cancellationToken)
        => database.WriteAsync(db => db.ExecuteAsync(
            "UPDATE images SET os_hidden = 1, updated_at = @now WHERE name = @Name AND owner = @Owner AND id <> @Id AND os_hidden = 0",
            new { image.Name, image.Owner, image.Id, now = time.UtcNow() }), cancellationToken);

    private async Task<bool> MoveAsync(Image image, string from, string to, ImageContent? content, CancellationToken cancellationToken)
        => await database.WriteAsync(db => db.ExecuteAsync(
            """
            UPDATE images SET status = @to, size = @Size, virtual_size = @VirtualSize, checksum = @Md5, os_hash_value = @Sha512, updated_at = @now
            WHERE id = @Id AND created_at = @CreatedAt AND status = @from
            """,
            new { image.Id, image.CreatedAt, from, to, content?.Size, content?.VirtualSize, content?.Md5, content?.Sha512, now = time.UtcNow() }),
            cancellationToken) == 1;
}

/// <summary>What was measured of an image's bytes as they came.</summary>
internal sealed record ImageContent(long Size, long? VirtualSize, string Md5, string Sha512);
