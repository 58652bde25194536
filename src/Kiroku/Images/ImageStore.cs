using System.Data.Common;
using Dapper;
using Kiroku.Api;
using Kiroku.Quotas;
using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>Images' descriptions, in rows. Their bytes are in <see cref="ImageFiles"/>.</summary>
internal sealed class ImageStore(IDatabase database, ImageQuotas quotas, TimeProvider time)
{
    /// <summary>An upload reserves at most this fraction of the free quota in advance, so that others get
    /// some.</summary>
    private const int Sharers = 8;

    /// <summary>Condition for the images that a viewer may see, stated only here (glance/db/utils.py,
    /// is_image_visible).</summary>
    private const string Visible =
        """
        (@SeesAll = 1 OR owner = @ProjectId OR visibility IN ('public', 'community')
            OR (visibility = 'shared' AND EXISTS (
                SELECT 1 FROM image_members m WHERE m.image_id = images.id AND m.member_id = @ProjectId
                    AND (@status = 'all' OR m.status = @status))))
        """;

    private static readonly string[] Content =
        [nameof(Image.Size), nameof(Image.VirtualSize), nameof(Image.Checksum), nameof(Image.OsHashValue)];

    private static readonly string Insert = Columns<Image>.InsertWhere("images", Content);

    /// <summary>What is said of an image; where its bytes are, and what they are, is not.</summary>
    private static readonly string Assignments = Columns<Image>.Assignments(
        [.. Content, nameof(Image.Id), nameof(Image.Node), nameof(Image.CreatedAt)]);

    public Task<Image?> FindAsync(string id, CancellationToken cancellationToken)
        => database.ReadOneAsync(db =>
            db.QuerySingleOrDefaultAsync<Image>("SELECT * FROM images WHERE id = @id", new { id }), cancellationToken);

    /// <summary>The image, if it exists and the viewer may see it. A shared image need not be accepted.</summary>
    public Task<Image?> FindVisibleAsync(string id, ImageViewer viewer, CancellationToken cancellationToken)
        => database.ReadOneAsync(db => db.QuerySingleOrDefaultAsync<Image>(
            $"SELECT * FROM images WHERE id = @id AND {Visible}",
            new { id, viewer.ProjectId, viewer.SeesAll, status = ImageFilter.AnyStatus }), cancellationToken);

    /// <summary>
    /// Images that pass the filter and that the viewer may see. Shared images must have the member status of the
    /// filter.
    /// </summary>
    public async Task<IReadOnlyList<Image>> ListAsync(
        ImageFilter filter, ImageViewer viewer, CancellationToken cancellationToken)
    {
        var images = await database.ReadOneAsync(db => db.QueryAsync<Image>(
            $"SELECT * FROM images WHERE {Visible}",
            new { viewer.ProjectId, viewer.SeesAll, status = filter.MemberStatus }), cancellationToken);
        return [.. images.Where(image => filter.Passes(image, viewer))];
    }

    /// <returns>False if there is or ever was an image of that id.</returns>
    /// <exception cref="Fault">413: its owner has as many images as allowed.</exception>
    public Task<bool> AddAsync(Image image, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async db =>
        {
            await quotas.RequireOneMoreAsync(db, image.Owner);
            return await AddAsync(db, image);
        }, cancellationToken);

    /// <summary>Adds an image within the caller's transaction, without checking the quota.</summary>
    public static async Task<bool> AddAsync(DbConnection db, Image image)
        => await db.ExecuteAsync(
            $"""
            {Insert} WHERE NOT EXISTS (SELECT 1 FROM deleted_images WHERE id = @Id)
            ON CONFLICT (id) DO NOTHING
            """, image) == 1;

    /// <summary>
    /// Adds an image, unless its owner has one of the same name that has that content or is being uploaded.
    /// </summary>
    public Task<bool> AddOnceAsync(
        Image image, string sha512, DateTime abandonedBefore, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async db =>
        {
            var others =
                (await db.QueryAsync<Image>(
                    "SELECT * FROM images WHERE name = @Name AND owner = @Owner AND os_hidden = 0", image)).ToList();
            if (others.Any(
                other => other.OsHashValue == sha512
                    || (other.Status == ImageStatus.Saving && other.UpdatedAt >= abandonedBefore)))
                return false;
            foreach (var unfinished in others.Where(other => other.Status is ImageStatus.Queued or ImageStatus.Saving))
                await DeleteAsync(db, unfinished.Id);
            return await AddAsync(db, image);
        }, cancellationToken);

    /// <returns>False if the image is not queued: another upload is running, or it has its bytes.</returns>
    /// <exception cref="Fault">413: its owner has as many simultaneous uploads as allowed.</exception>
    public Task<bool> BeginUploadAsync(Image image, string node, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async db =>
        {
            // The status is checked first, because its refusal takes precedence over the quota's.
            if (await FindOwnerAsync(db, image, ImageStatus.Queued) is not { } owner)
                return false;
            await quotas.RequireOneMoreUploadAsync(db, owner);
            return await MoveAsync(db, image, BeginningOn(node));
        }, cancellationToken);

    /// <summary>Reserves a part of the owner's quota for an upload.</summary>
    /// <param name="image">The image as it was added to the store.</param>
    /// <param name="node">The node that receives the bytes.</param>
    /// <param name="wanted">The number of bytes that the upload must have in all, and the number that it would
    /// like.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The number of bytes reserved in all.</returns>
    /// <exception cref="Fault">413 if the quota is too small, 410 if the image is gone or another upload took
    /// over.</exception>
    public Task<long> ReserveAsync(
        Image image, string node, (long Least, long Most) wanted, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async db =>
        {
            if (await FindOwnerAsync(db, image, ImageStatus.Saving, node) is not { } owner)
                throw GoneMeanwhile(image.Id);
            var room = await quotas.RoomAsync(db, owner, image.Id);
            if (room < wanted.Least)
                throw await quotas.TooManyBytesAsync(db, owner, image.Id, wanted.Least);
            var taken = Math.Min(wanted.Most, wanted.Least + ((room - wanted.Least) / Sharers));
            await db.ExecuteAsync("UPDATE images SET reserved = @taken WHERE id = @Id", new { image.Id, taken });
            return taken;
        }, cancellationToken);

    /// <summary>The refusal of an upload whose image is gone.</summary>
    public static Fault GoneMeanwhile(string imageId)
        => new(410,
            $"Image {imageId} could not be found after upload. The image may have been deleted during the upload.");

    /// <summary>
    /// Begins an upload, or takes it over from the node that began it. That node notices when it finishes.
    /// </summary>
    /// <param name="image">The image as it was added to the store.</param>
    /// <param name="node">The node that receives the bytes.</param>
    /// <param name="require">Throws, within the transaction, if this process may no longer do it.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>False if the image has its bytes or is gone.</returns>
    public Task<bool> BeginOrTakeOverAsync(
        Image image, string node, Func<DbConnection, Task> require, CancellationToken cancellationToken)
        => database.WriteAsync(async db =>
        {
            await require(db);
            return await MoveAsync(db, image, BeginningOn(node))
                || await MoveAsync(db, image, BeginningOn(node) with { From = ImageStatus.Saving });
        }, cancellationToken);

    public Task<bool> AbandonUploadAsync(Image image, string node)
        => database.WriteAsync(
            db => MoveAsync(db, image, new UploadMove(ImageStatus.Saving, ImageStatus.Queued) { FromNode = node }),
            CancellationToken.None);

    /// <param name="image">The image as it was added to the store.</param>
    /// <param name="node">The node that received the bytes.</param>
    /// <param name="content">The measured content.</param>
    /// <param name="holder">The node that holds the bytes now; null for all.</param>
    /// <returns>False if the image was deleted meanwhile or another node took over the upload.</returns>
    public Task<bool> FinishUploadAsync(Image image, string node, ImageContent content, string? holder)
        => database.WriteAsync(db => MoveAsync(
            db, image,
            new UploadMove(ImageStatus.Saving, ImageStatus.Active)
            {
                FromNode = node,
                ToNode = holder,
                Content = content,
            }), CancellationToken.None);

    /// <summary>
    /// Applies a change to the present row of an image. If the change throws, the row stays as it is.
    /// </summary>
    /// <returns>The changed image; null if there is none.</returns>
    public Task<Image?> ChangeAsync(string id, Func<Image, Image> change, CancellationToken cancellationToken)
        => database.WriteAsync(async db =>
        {
            if (await db.QuerySingleOrDefaultAsync<Image>(
                "SELECT * FROM images WHERE id = @id", new { id }) is not { } image)
                return null;
            var changed = change(image) with { UpdatedAt = time.UtcNow() };
            await db.ExecuteAsync($"UPDATE images SET {Assignments} WHERE id = @Id", changed);
            return changed;
        }, cancellationToken);

    public Task<bool> DeleteAsync(
        string id, CancellationToken cancellationToken, Func<DbConnection, Task>? require = null)
        => database.WriteAsync(async db =>
        {
            await (require?.Invoke(db) ?? Task.CompletedTask);
            return await DeleteAsync(db, id);
        }, cancellationToken);

    /// <summary>Deletes an image unless it has its bytes.</summary>
    /// <returns>False if it has them or is gone.</returns>
    public Task<bool> DeleteUnfilledAsync(string id, CancellationToken cancellationToken)
        => database.WriteAsync(db => DeleteUnfilledAsync(db, id), cancellationToken);

    /// <summary>
    /// Deletes an image within the caller's transaction unless it has its bytes. A running upload notices that.
    /// </summary>
    /// <returns>False if it has them or is gone.</returns>
    public static async Task<bool> DeleteUnfilledAsync(DbConnection db, string id)
        => await db.QuerySingleOrDefaultAsync<string>(
            "SELECT status FROM images WHERE id = @id", new { id }) is ImageStatus.Queued or ImageStatus.Saving
            && await DeleteAsync(db, id);

    /// <summary>Whether an image has its bytes, within the caller's transaction.</summary>
    public static async Task<bool> IsFilledAsync(DbConnection db, string id)
        => await db.QuerySingleOrDefaultAsync<string>(
            "SELECT status FROM images WHERE id = @id", new { id }) is ImageStatus.Active or ImageStatus.Deactivated;

    /// <summary>Resets uploads that the node began and that are no longer running.</summary>
    public Task RecoverAsync(string node, Func<string, bool> isRunning, CancellationToken cancellationToken)
        => database.WriteAsync(async db =>
        {
            const string Begun = "status = 'saving' AND (node = @node OR node IS NULL)";
            // A running upload is known to the process before its row says so, so one that has just begun is not
            // reset.
            var dead = (await db.QueryAsync<string>($"SELECT id FROM images WHERE {Begun}", new { node })).Where(
                id => !isRunning(id));
            return await db.ExecuteAsync(
                $"UPDATE images SET status = @Queued, node = NULL WHERE id = @id AND {Begun}",
                dead.Select(id => new { id, node, ImageStatus.Queued }));
        }, cancellationToken);

    /// <summary>All images that have their bytes or are receiving them.</summary>
    public async Task<IReadOnlyList<Image>> ListWithDataAsync(CancellationToken cancellationToken)
        => (await database.ReadOneAsync(
            db => db.QueryAsync<Image>("SELECT * FROM images WHERE status <> @Queued", new { ImageStatus.Queued }),
            cancellationToken)).AsList();

    /// <summary>The total size of all images.</summary>
    public Task<long> MeasureAsync(CancellationToken cancellationToken)
        => database.ReadOneAsync(
            db => db.ExecuteScalarAsync<long>("SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM images"),
            cancellationToken);

    /// <summary>Records which node holds the images' bytes; null for all nodes.</summary>
    public Task PlaceAsync(IReadOnlyList<Image> images, string? node, CancellationToken cancellationToken)
        => database.WriteAsync(db => db.ExecuteAsync(
            "UPDATE images SET node = @node WHERE id = @Id AND os_hash_value = @OsHashValue",
            images.Select(image => new { image.Id, image.OsHashValue, node })), cancellationToken);

    /// <summary>Hides the owner's other images of the same name from lists.</summary>
    public Task SupersedeAsync(Image image, CancellationToken cancellationToken)
        => database.WriteAsync(db => db.ExecuteAsync(
            "UPDATE images SET os_hidden = 1, updated_at = @now WHERE name = @Name AND owner = @Owner AND id <> @Id "
                + "AND os_hidden = 0",
            new { image.Name, image.Owner, image.Id, now = time.UtcNow() }), cancellationToken);

    private static async Task<bool> DeleteAsync(DbConnection db, string id)
    {
        await db.ExecuteAsync("INSERT INTO deleted_images (id) SELECT id FROM images WHERE id = @id", new { id });
        await db.ExecuteAsync("DELETE FROM image_members WHERE image_id = @id", new { id });
        return await db.ExecuteAsync("DELETE FROM images WHERE id = @id", new { id }) == 1;
    }

    private static Task<string?> FindOwnerAsync(DbConnection db, Image image, string status, string? node = null)
        => db.QuerySingleOrDefaultAsync<string>(
            """
            SELECT owner FROM images
            WHERE id = @Id AND created_at = @CreatedAt AND status = @status AND (@node IS NULL OR node = @node)
            """,
            new { image.Id, image.CreatedAt, status, node });

    private static UploadMove BeginningOn(string node) => new(ImageStatus.Queued, ImageStatus.Saving) { ToNode = node };

    private async Task<bool> MoveAsync(DbConnection db, Image image, UploadMove move)
        => await db.ExecuteAsync(
            """
            UPDATE images SET status = @To, node = @ToNode, size = @Size, virtual_size = @VirtualSize, checksum = @Md5,
                os_hash_value = @Sha512, reserved = NULL, updated_at = @now
            WHERE id = @Id AND created_at = @CreatedAt AND status = @From AND (@FromNode IS NULL OR node = @FromNode)
            """,
            new
            {
                image.Id,
                image.CreatedAt,
                move.From,
                move.To,
                move.FromNode,
                move.ToNode,
                move.Content?.Size,
                move.Content?.VirtualSize,
                move.Content?.Md5,
                move.Content?.Sha512,
                now = time.UtcNow(),
            }) == 1;

    /// <summary>A change of status in an upload. If a node is given, only that node's upload is changed.</summary>
    private sealed record UploadMove(string From, string To)
    {
        public string? FromNode { get; init; }

        public string? ToNode { get; init; }

        public ImageContent? Content { get; init; }
    }
}

/// <summary>What was measured of an image's bytes on arrival.</summary>
internal sealed record ImageContent(long Size, long? VirtualSize, string Md5, string Sha512);
