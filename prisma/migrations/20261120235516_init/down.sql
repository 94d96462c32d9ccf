-- DropForeignKey
ALTER TABLE "public"."ApiKey" DROP CONSTRAINT "ApiKey_userId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Artifact" DROP CONSTRAINT "Artifact_jobId_fkey";

-- DropForeignKey
ALTER TABLE "public"."DocsJob" DROP CONSTRAINT "DocsJob_jobId_fkey";

-- DropForeignKey
ALTER TABLE "public"."DocsJob" DROP CONSTRAINT "DocsJob_repositoryId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Event" DROP CONSTRAINT "Event_jobId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Event" DROP CONSTRAINT "Event_userId_fkey";

-- DropForeignKey
ALTER TABLE "public"."EventCounter" DROP CONSTRAINT "EventCounter_userId_fkey";

-- DropForeignKey
ALTER TABLE "public"."IdempotencyKey" DROP CONSTRAINT "IdempotencyKey_userId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Item" DROP CONSTRAINT "Item_ownerId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Job" DROP CONSTRAINT "Job_ownerId_fkey";

-- DropForeignKey
ALTER TABLE "public"."JobStep" DROP CONSTRAINT "JobStep_jobId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Repository" DROP CONSTRAINT "Repository_ownerId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Session" DROP CONSTRAINT "Session_userId_fkey";

-- DropForeignKey
ALTER TABLE "public"."SpentRefreshToken" DROP CONSTRAINT "SpentRefreshToken_sessionId_fkey";

-- DropTable
DROP TABLE "public"."ApiKey";

-- DropTable
DROP TABLE "public"."Artifact";

-- DropTable
DROP TABLE "public"."DocsJob";

-- DropTable
DROP TABLE "public"."Event";

-- DropTable
DROP TABLE "public"."EventCounter";

-- DropTable
DROP TABLE "public"."IdempotencyKey";

-- DropTable
DROP TABLE "public"."Item";

-- DropTable
DROP TABLE "public"."Job";

-- DropTable
DROP TABLE "public"."JobStep";

-- DropTable
DROP TABLE "public"."Repository";

-- DropTable
DROP TABLE "public"."Session";

-- DropTable
DROP TABLE "public"."SpentRefreshToken";

-- DropTable
DROP TABLE "public"."User";

-- DropEnum
DROP TYPE "public"."DeviceType";

-- DropEnum
DROP TYPE "public"."JobKind";

-- DropEnum
DROP TYPE "public"."JobStatus";

-- DropEnum
DROP TYPE "public"."RepositoryProvider";

-- DropEnum
DROP TYPE "public"."Role";
