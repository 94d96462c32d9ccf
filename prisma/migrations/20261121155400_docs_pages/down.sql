-- AlterTable
ALTER TABLE "public"."DocsJob" DROP COLUMN "pages";
